namespace MessageBoard.Mesh.GatewayApi;

/// <summary>
/// Makes of HTTPRoutes the VirtualServices that Istio makes of them: one a host, in which the rules of all that are bound to it stand in
/// Gateway API's order (HTTPRouteCollection and mergeHTTPRoutes in pilot/pkg/config/kube/gateway/route_collections.go).
/// </summary>
internal static class GatewayRoutes
{
    /// <summary>The VirtualServices for one caller.</summary>
    /// <param name="resources">All resources, the older ones first.</param>
    /// <param name="proxy">The caller.</param>
    /// <param name="lose">Is told of each part that a route has lost, and how many it has.</param>
    /// <param name="problems">Is told of routes that are not in force.</param>
    public static IReadOnlyList<VirtualService> Convert(
        IReadOnlyList<IMeshResource> resources, MeshProxy proxy, Action<ResourceKey, int> lose, ICollection<MeshProblem> problems)
    {
        var routes = resources.OfType<GatewayHttpRoute>().ToArray();
        return routes.Length == 0 ? [] : [.. OfGateways(routes, proxy), .. OfMesh(routes, resources, proxy, lose, problems)];
    }

    private static IEnumerable<VirtualService> OfGateways(GatewayHttpRoute[] routes, MeshProxy proxy) =>
        from route in routes
        from parent in route.Parents
        where parent.Kind == ParentKind.Gateway && proxy.Gateways.Contains($"{parent.Namespace}/{parent.Name}")
        from host in route.Hostnames.DefaultIfEmpty("*")
        group (route, parent.Port) by (Gateway: $"{parent.Namespace}/{parent.Name}", host) into bound
        let first = bound.First().route
        select new VirtualService(
            first.Key, first.File, [bound.Key.host], [bound.Key.Gateway],
            [.. RoutePrecedence.InOrder(bound.SelectMany(one => Split(one.route, one.Port)))]);

    private static IEnumerable<VirtualService> OfMesh(
        GatewayHttpRoute[] routes, IReadOnlyList<IMeshResource> resources, MeshProxy proxy, Action<ResourceKey, int> lose,
        ICollection<MeshProblem> problems)
    {
        if (!proxy.Gateways.Contains(MeshProxy.Mesh))
            return [];

        var services = resources.OfType<ServiceEntry>().ToArray();
        Group[] groups =
        [
            .. from route in routes
               from parent in route.Parents
               where parent.Kind is ParentKind.Service or ParentKind.ServiceEntry

               // A route of a third namespace is for nobody: https://gateway-api.sigs.k8s.io/geps/gep-1294/#namespace-boundaries
               where route.Key.Namespace == parent.Namespace || route.Key.Namespace == proxy.Namespace
               from host in HostsOf(parent, services)
               group route by (Host: host, route.Key.Namespace, parent.Port) into bound
               select new Group(bound.Key.Host, bound.Key.Namespace, bound.Key.Port, [.. bound.Distinct()]),
        ];

        // The caller's own namespace overrides the service's (SelectVirtualServices in pilot/pkg/model/virtualservice.go).
        return [.. groups.GroupBy(group => group.Host).Select(host =>
            Assemble([.. host.OrderByDescending(group => group.Namespace == proxy.Namespace)], PortsOf(host.Key, services), Lose))];

        void Lose(Group loser, ResourceKey winner)
        {
            foreach (var route in loser.Routes)
            {
                lose(route.Key, groups.Count(group => group.Routes.Contains(route)));
                problems.Add(ToldOf(loser, route, winner));
            }
        }
    }

    private static IEnumerable<string> HostsOf(ParentReference parent, ServiceEntry[] services) => parent.Kind == ParentKind.Service
        ? [HostNames.FullName(parent.Name, parent.Namespace)]
        : services.FirstOrDefault(service => service.Key.Namespace == parent.Namespace && service.Key.Name == parent.Name)?.Hosts ?? [];

    private static int[] PortsOf(string host, ServiceEntry[] services) =>
        [.. services.FirstOrDefault(service => service.Hosts.Contains(host))?.Ports.Select(port => port.Number) ?? []];

    // To Istio each port is a listener of its own, with the first group that is for it; where none is, the service's own workloads answer.
    private static VirtualService Assemble(Group[] groups, int[] ports, Action<Group, ResourceKey> lose)
    {
        var first = groups[0].Routes[0];
        var winners = ports.Select(port => (Port: port, Group: groups.FirstOrDefault(group => group.Port is null || group.Port == port)))
            .ToArray();
        var isOne = winners.Length == 0 || (winners[0].Group is { } one && winners.All(winner => winner.Group == one));
        foreach (var loser in groups.Where(group => isOne ? group != (winners.Length == 0 ? groups[0] : winners[0].Group)
            : winners.All(winner => winner.Group != group)))
            lose(loser, groups[0].Routes[0].Key);

        HttpRoute[] routes = isOne
            ? [.. (winners.Length == 0 ? groups[0] : winners[0].Group!).InOrder(null)]
            : [.. winners.SelectMany(winner => winner.Group?.InOrder(winner.Port) ?? [ToAll(groups[0].Host, winner.Port)])];
        return new(first.Key, first.File, [groups[0].Host], [MeshProxy.Mesh], routes);
    }

    private static MeshProblem ToldOf(Group loser, GatewayHttpRoute route, ResourceKey winner) => new(
        route.File, null, route.Key, FieldPath.Spec["parentRefs"],
        $"spec.parentRefs: '{loser.Host}' is steered by {winner}, and at port {loser.Port?.ToString(CultureInfo.InvariantCulture)
            ?? "any"} no caller here comes to this one");

    private static HttpRoute ToAll(string host, int port) => new()
    {
        Matches = [new() { Port = port }],
        Destinations = [new(new(host, null, port), null, HttpHeaderRules.None)],
    };

    // One route a match, so that they can be sorted.
    private static IEnumerable<HttpRoute> Split(GatewayHttpRoute resource, int? port)
    {
        foreach (var (index, rule) in resource.Rules.Index())
        {
            var source = new RouteSource(resource.Key, resource.File, FieldPath.Spec["rules"][index], index, null);
            var route = ToServices(rule);
            if (rule.Matches.Count == 0)
                yield return route with { Source = source, Matches = port is null ? [] : [new() { Port = port }] };

            foreach (var (place, match) in rule.Matches.Index())
                yield return route with { Source = source with { Match = place }, Matches = [match with { Port = port }] };
        }
    }

    // https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref: nothing to send to is a 500, and so is what nobody knows.
    private static HttpRoute ToServices(HttpRoute rule)
    {
        var destinations = rule.Destinations.Where(destination => destination.Weight > 0).ToArray();
        return rule with
        {
            Destinations = destinations,
            DirectResponse = destinations.Length == 0 && rule.Redirect is null ? new(500, null) : null,
            UnknownServiceStatus = 500,
        };
    }

    private sealed record Group(string Host, string Namespace, int? Port, GatewayHttpRoute[] Routes)
    {
        public IEnumerable<HttpRoute> InOrder(int? port) => RoutePrecedence.InOrder(Routes.SelectMany(route => Split(route, port ?? Port)));
    }
}
