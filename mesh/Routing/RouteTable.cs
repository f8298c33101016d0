using System.Collections.Frozen;
using MessageBoard.Mesh.GatewayApi;

namespace MessageBoard.Mesh.Routing;

/// <summary>
/// All routes of one caller, compiled from the resources, and the routing decision: a pure function of the request, this table
/// and the random numbers passed in. A host's routes are found in constant time, however many there are.
/// </summary>
public sealed class RouteTable
{
    private readonly FrozenDictionary<string, HostRoutes> _hosts;
    private readonly FrozenDictionary<string, HostRoutes>.AlternateLookup<ReadOnlySpan<char>> _suffixes;
    private readonly HostRoutes? _anyHost;
    private readonly CompiledRoute? _unknown;

    private RouteTable(
        Dictionary<string, HostRoutes> hosts, Dictionary<string, HostRoutes> suffixes, HostRoutes? anyHost, CompiledRoute? unknown,
        IReadOnlyList<Upstream> upstreams)
    {
        _hosts = hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _suffixes = suffixes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        (_anyHost, _unknown) = (anyHost, unknown);
        Upstreams = upstreams;
    }

    /// <summary>Every upstream that a route of this table leads to, each at its own index.</summary>
    internal IReadOnlyList<Upstream> Upstreams { get; }

    /// <summary>Compiles the resources for one caller; what does not fit together is reported and left out.</summary>
    public static RouteTable Compile(IReadOnlyList<IMeshResource> resources, MeshProxy proxy, ICollection<MeshProblem> problems)
    {
        var compiler = new RouteCompiler(new(resources, proxy, problems), proxy, problems);
        var hosts = new Dictionary<string, HostRoutes>(StringComparer.OrdinalIgnoreCase);
        var suffixes = new Dictionary<string, HostRoutes>(StringComparer.OrdinalIgnoreCase);
        HostRoutes? anyHost = null;

        // An HTTPRoute goes first (SelectVirtualServices in pilot/pkg/model/virtualservice.go).
        IEnumerable<VirtualService> services =
            [.. GatewayRoutes.Convert(resources, proxy, problems), .. resources.OfType<VirtualService>()];
        foreach (var service in services.Where(service => service.Gateways.Any(proxy.Gateways.Contains)))
        {
            var routes = compiler.Compile(service);
            foreach (var host in service.Hosts)
            {
                var added = host switch
                {
                    "*" => (anyHost ??= new(service.Key, routes, null)).VirtualService == service.Key,
                    ['*', .. var suffix] => Add(suffixes, suffix, new(service.Key, routes, null)),
                    _ => AddNames(HostNames.FullName(host, service.Key.Namespace), service.Key.Namespace, routes, service.Key),
                };
                if (!added)
                    problems.Add(new(service.File, null, service.Key, null, Rival(host, service.Key.Namespace)));
            }
        }

        // A service without a VirtualService is called at all of its workloads.
        foreach (var (host, ns) in compiler.Registry.Hosts)
        {
            var everywhere = new HostRoutes(null, [compiler.CompileDefault(host)], compiler.Registry.PortsOf(host));
            if (host is ['*', .. var suffix])
                suffixes.TryAdd(suffix, everywhere);

            foreach (var name in HostNames.Names(host, ns).Concat(compiler.Registry.AddressesOf(host)))
                hosts.TryAdd(name, everywhere);
        }

        var unknown = UnknownHosts.Compile(resources, proxy, compiler.Registry, problems);
        return new(hosts, suffixes, anyHost, unknown, compiler.Registry.Upstreams);

        string Rival(string host, string ns) =>
            hosts.GetValueOrDefault(HostNames.FullName(host, ns))?.VirtualService is { Kind: GatewayHttpRoute.Kind } winner
                ? $"host '{host}' is steered by {winner}, which goes before every VirtualService"
                : $"host '{host}' has a VirtualService already, which stays in force";

        bool AddNames(string host, string ns, CompiledRoute[] routes, ResourceKey key)
        {
            var opaque = compiler.Registry.OpaquePortsOf(host);
            var entry = new HostRoutes(key, routes, compiler.Registry.PortsOf(host))
            {
                OpaquePorts = opaque,
                Opaque = opaque.Length == 0 ? [] : [compiler.CompileDefault(host)],
            };
            return HostNames.Names(host, ns).Concat(compiler.Registry.AddressesOf(host))
                .Aggregate(true, (all, name) => Add(hosts, name, entry) && all);
        }
    }

    /// <summary>The VirtualService or HTTPRoute whose rules are for a host; null for none.</summary>
    internal ResourceKey? VirtualServiceOf(string host) => Find(host)?.VirtualService;

    /// <summary>Decides which route a request takes, and which of its destinations is drawn.</summary>
    public RouteDecision Decide<TRequest>(in TRequest request, Random random) where TRequest : struct, IRoutableRequest
    {
        if (Find(request.Host) is not { } host || !host.IsCalledAt(request.Port))
            return DecideUnknown(request.Host, request.Port);

        foreach (var route in host.At(request.Port))
        {
            if (!route.Matches(request, out var match))
                continue;

            var destination = route.Pick(random, out var draw);
            return new(
                route.Route.Source?.Resource ?? host.VirtualService, route, match, draw, destination,
                destination?.UpstreamAt(request.Port));
        }

        return new(host.VirtualService, null, -1, -1, null, null);
    }

    // A name of the cluster's never goes out, whatever some DNS says of it.
    private RouteDecision DecideUnknown(string host, int port)
    {
        if (_unknown is null || (_unknown.Destinations.Count > 0 && HostNames.IsOfCluster(host)))
            return new(null, null, -1, -1, null, null);

        var destination = _unknown.Destinations.Count == 0 ? null : _unknown.Destinations[0];
        return new(null, _unknown, -1, -1, destination, destination?.UpstreamAt(port));
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
    private static bool Add(Dictionary<string, HostRoutes> all, string name, HostRoutes routes) =>
        all.TryAdd(name, routes) || all[name].VirtualService == routes.VirtualService;

    private sealed class HostRoutes(ResourceKey? virtualService, CompiledRoute[] routes, int[]? ports)
    {
        public ResourceKey? VirtualService { get; } = virtualService;

        /// <summary>The ports at which nothing is read of requests, so that the rules are not for them.</summary>
        public int[] OpaquePorts { get; init; } = [];

        /// <summary>The routes at those ports.</summary>
        public CompiledRoute[] Opaque { get; init; } = [];

        public CompiledRoute[] At(int port) => OpaquePorts.Length > 0 && OpaquePorts.Contains(port) ? Opaque : routes;

        // Nobody listens at a port that the service does not have; of what is no service of the mesh nobody knows the ports.
        public bool IsCalledAt(int port) => ports is null || Array.IndexOf(ports, port) >= 0;
    }
}
