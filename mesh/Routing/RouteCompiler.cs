using MessageBoard.Mesh.GatewayApi;

namespace MessageBoard.Mesh.Routing;

/// <summary>Compiles the routes of VirtualServices for one caller.</summary>
internal sealed class RouteCompiler(
    ServiceRegistry registry, Delegation delegation, MeshProxy proxy, ICollection<MeshProblem> problems)
{
    private readonly Dictionary<(Destination Written, string Namespace), Found> _found = [];
    private readonly HashSet<MeshProblem> _told = [];

    public ServiceRegistry Registry => registry;

    public CompiledRoute[] Compile(VirtualService service)
    {
        var routes = new List<CompiledRoute>();
        var defaultRoute = Reachability.DefaultRouteOf(service);
        foreach (var (route, index, owner, ownerIndex) in delegation.RoutesOf(service))
        {
            var path = route.Source?.Path ?? FieldPath.Spec["http"][ownerIndex];
            var isGatewayApis = route.Source?.Resource.Kind == GatewayHttpRoute.Kind;
            CompiledMatch[] matches = [.. route.Matches.Index()
                .Where(match => CompiledMatch.AppliesTo(match.Item, proxy))
                .Select(match => new CompiledMatch(match.Index, match.Item))];
            var mirrors = route.Mirrors.Select(mirror => Compile(
                owner, route, new(mirror.Destination, null, HttpHeaderRules.None), HttpHeaderRules.None,
                path, isGatewayApis ? "filters" : "mirrors")).ToArray();
            CompiledDestination[] destinations =
            [
                .. route.Destinations.Select(destination =>
                    Compile(
                        owner, route, destination,
                        route.Destinations.Count == 1 ? route.Headers.With(destination.Headers) : destination.Headers,
                        path, isGatewayApis ? "backendRefs" : "route")),
            ];
            if (route.Matches.Count == 0 || matches.Length > 0)
                routes.Add(new(route.Source?.Index ?? index, route, matches, destinations, mirrors)
                {
                    VirtualService = route.Source?.Resource ?? service.Key,
                    Delegate = owner == service ? null : owner.Key,
                    DelegateIndex = owner == service ? -1 : ownerIndex,
                    IsDefault = index == defaultRoute && MatchCover.TakesAll(route),
                });
        }

        // What stands behind one that takes everything is never reached.
        var last = routes.FindIndex(route => route.IsCatchAll);
        return last < 0 ? [.. routes] : [.. routes.Take(last + 1)];
    }

    /// <summary>The route of a service that no VirtualService names.</summary>
    public CompiledRoute CompileDefault(string host)
    {
        var written = new HttpRouteDestination(new(host, null, null), null, HttpHeaderRules.None);
        var upstreams = registry.Find(host, null, null, out _);
        return new(
            -1, new() { Destinations = [written] }, [],
            [new(host, written, HttpHeaderRules.None, upstreams, registry.ClusterOf(host, null, upstreams))], []);
    }

    private CompiledDestination Compile(
        VirtualService service, HttpRoute route, HttpRouteDestination written, HttpHeaderRules headers, FieldPath path,
        string fieldName)
    {
        // Thousands of rules lead to the same few places.
        var key = (written.Destination, service.Key.Namespace);
        if (!_found.TryGetValue(key, out var found))
        {
            var host = HostNames.FullName(written.Destination.Host, service.Key.Namespace);
            var upstreams = registry.Find(host, written.Destination.Subset, written.Destination.Port, out var problem);
            _found.Add(
                key, found = new(host, upstreams, registry.ClusterOf(host, written.Destination.Subset, upstreams), problem));
        }

        if (found.Problem is not null)
        {
            var field = path[fieldName];
            Tell(new(route.Source?.File ?? service.File, null, route.Source?.Resource ?? service.Key, field, $"{field}: {found.Problem}"));
        }

        return new(found.Host, written, headers, found.Upstreams, found.Cluster);
    }

    private sealed record Found(string Host, Upstream[] Upstreams, string? Cluster, string? Problem);

    // A rule of an HTTPRoute is a route for each of its matches.
    private void Tell(MeshProblem problem)
    {
        if (_told.Add(problem))
            problems.Add(problem);
    }
}
