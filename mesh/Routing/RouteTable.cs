using System.Collections.Frozen;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Routing;

/// <summary>
/// All routes, compiled from the resources, and the routing decision: a pure function of the request, this table and the
/// random numbers passed in. A host's routes are found in constant time, however many there are.
/// </summary>
public sealed class RouteTable
{
    private readonly FrozenDictionary<string, HostRoutes> _hosts;
    private readonly FrozenDictionary<string, HostRoutes>.AlternateLookup<ReadOnlySpan<char>> _suffixes;
    private readonly HostRoutes? _anyHost;

    private RouteTable(Dictionary<string, HostRoutes> hosts, Dictionary<string, HostRoutes> suffixes, HostRoutes? anyHost)
    {
        _hosts = hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _suffixes = suffixes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _anyHost = anyHost;
    }

    /// <summary>Compiles the resources; what does not fit together is reported and left out.</summary>
    public static RouteTable Compile(IReadOnlyList<IMeshResource> resources, ICollection<MeshProblem> problems)
    {
        var registry = new ServiceRegistry(resources, problems);
        var hosts = new Dictionary<string, HostRoutes>(StringComparer.OrdinalIgnoreCase);
        var suffixes = new Dictionary<string, HostRoutes>(StringComparer.OrdinalIgnoreCase);
        HostRoutes? anyHost = null;

        foreach (var service in resources.OfType<VirtualService>().Where(service => service.Gateways.Contains(MeshProxy.Mesh)))
        {
            var routes = new HostRoutes(service.Id, [.. service.Http.Select((route, index) => Compile(service, route, index, registry, problems))]);
            foreach (var host in service.Hosts)
            {
                var added = host switch
                {
                    "*" => (anyHost ??= routes) == routes,
                    ['*', .. var suffix] => Add(suffixes, suffix, routes),
                    _ => HostNames.Names(HostNames.FullName(host, service.Id.Namespace), service.Id.Namespace).Aggregate(true, (all, name) => Add(hosts, name, routes) && all),
                };
                if (!added)
                    problems.Add(new(service.Id.File, null, service.Id.ToString(), $"host '{host}' has a VirtualService already, which stays in force"));
            }
        }

        // A service without a VirtualService is called at all of its workloads.
        foreach (var (host, ns) in registry.Hosts)
        {
            var everywhere = new CompiledRoute(-1, [], [new(null, 1, registry.Find(host, null, null, out _) ?? [])]);
            foreach (var name in HostNames.Names(host, ns))
                hosts.TryAdd(name, new(null, [everywhere]));
        }

        return new(hosts, suffixes, anyHost);
    }

    /// <summary>Decides where a request goes.</summary>
    public RouteDecision Decide<TRequest>(in TRequest request, Random random) where TRequest : struct, IRoutableRequest
    {
        if (Find(request.Host) is not { } host)
            return new(RouteOutcome.NoRoute, null, -1, null, null);

        foreach (var route in host.Routes)
        {
            if (!route.Matches(request))
                continue;

            var destination = route.Pick(random);
            var endpoint = destination.Pick(random);
            return new(endpoint is null ? RouteOutcome.NoHealthyUpstream : RouteOutcome.Routed, host.VirtualService, route.Index, destination.Subset, endpoint);
        }

        return new(RouteOutcome.NoRoute, host.VirtualService, -1, null, null);
    }

    private HostRoutes? Find(string host)
    {
        if (_hosts.TryGetValue(host, out var routes))
            return routes;

        // From the longest suffix to the shortest: the most specific wins.
        for (var rest = host.AsSpan(); rest.IndexOf('.') is >= 0 and var dot; rest = rest[(dot + 1)..])
        {
            if (_suffixes.TryGetValue(rest[dot..], out routes))
                return routes;
        }

        return _anyHost;
    }

    // A VirtualService may name a host twice, by its short and its full name.
    private static bool Add(Dictionary<string, HostRoutes> all, string name, HostRoutes routes) => all.TryAdd(name, routes) || all[name] == routes;

    private static CompiledRoute Compile(VirtualService service, HttpRoute route, int index, ServiceRegistry registry, ICollection<MeshProblem> problems)
    {
        var destinations = new List<CompiledDestination>();
        foreach (var destination in route.Destinations)
        {
            var endpoints = registry.Find(HostNames.FullName(destination.Destination.Host, service.Id.Namespace), destination.Destination.Subset, destination.Destination.Port, out var problem);
            if (problem is not null)
                problems.Add(new(service.Id.File, null, service.Id.ToString(), $"spec.http[{index}].route: {problem}"));

            destinations.Add(new(destination.Destination.Subset, destination.Weight ?? 0, endpoints ?? []));
        }

        return new(index, route.Matches, [.. destinations]);
    }

    private sealed class HostRoutes(ResourceId? virtualService, CompiledRoute[] routes)
    {
        public ResourceId? VirtualService { get; } = virtualService;

        public CompiledRoute[] Routes { get; } = routes;
    }
}
