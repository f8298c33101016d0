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

    // The lengths of the suffixes, the longest first: the most specific wins.
    private readonly int[] _suffixLengths;
    private readonly CompiledRoute? _unknown;
    private readonly Force _force;

    private RouteTable(HostTable hosts, CompiledRoute? unknown, IReadOnlyList<Upstream> upstreams, Force force)
    {
        _hosts = hosts.Hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _suffixes = hosts.Suffixes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _suffixLengths = [.. hosts.Suffixes.Keys.Select(suffix => suffix.Length).Distinct().OrderDescending()];
        (_unknown, Upstreams, _force, Taken) = (unknown, upstreams, force, hosts.Taken);
    }

    /// <summary>Every upstream that a route of this table leads to, each at its own index.</summary>
    internal IReadOnlyList<Upstream> Upstreams { get; }

    /// <summary>What HTTPRoutes have taken from VirtualServices, told of the HTTPRoutes.</summary>
    internal IReadOnlyList<MeshProblem> Taken { get; }

    /// <summary>Compiles the resources for one caller; what does not fit together is reported and left out.</summary>
    /// <param name="resources">The resources, the oldest first: of rivals the older wins.</param>
    /// <param name="proxy">Who calls.</param>
    /// <param name="problems">Is told what does not fit together.</param>
    public static RouteTable Compile(IReadOnlyList<IMeshResource> resources, MeshProxy proxy, ICollection<MeshProblem> problems)
    {
        var force = new Force();

        // An HTTPRoute goes first (SelectVirtualServices in pilot/pkg/model/virtualservice.go).
        List<VirtualService> services =
            [.. GatewayRoutes.Convert(resources, proxy, force.Lose, problems), .. resources.OfType<VirtualService>()];
        var delegation = new Delegation(services, problems);
        var compiler = new RouteCompiler(new(resources, proxy, force, problems), delegation, proxy, problems);
        var hosts = new HostTable(compiler, proxy, force, problems);
        var bound = services.FindAll(service =>
            service.ExportTo.IsVisibleIn(proxy.Namespace) && service.Gateways.Any(proxy.Gateways.Contains));

        hosts.AddSidecars(bound.Where(IsForSidecars));
        hosts.AddGateways(bound.Where(service => !IsForSidecars(service)));
        hosts.AddServices();
        delegation.TellUnnamed(services, force);
        var unknown = UnknownHosts.Compile(resources, proxy, compiler.Registry, problems);
        return new(hosts, unknown, compiler.Registry.Upstreams, force);

        bool IsForSidecars(VirtualService service) =>
            proxy.Gateways.Contains(MeshProxy.Mesh) && service.Gateways.Contains(MeshProxy.Mesh);
    }

    /// <summary>How much of a resource is in force.</summary>
    internal InForce InForce(ResourceKey key) => _force.Of(key);

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
            return new(route.VirtualService, route, match, draw, destination, destination?.UpstreamAt(request.Port));
        }

        return new(host.VirtualService, null, -1, -1, null, null);
    }

    /// <summary>
    /// Which of several rules takes a request, in a few words, without a draw; null for the default route, and where a service has no more
    /// than one rule. For whoever is not the data plane, and cannot see the decision.
    /// </summary>
    public string? RuleOf<TRequest>(in TRequest request) where TRequest : struct, IRoutableRequest
    {
        if (Find(request.Host)?.At(request.Port) is not { Length: > 1 } routes)
            return null;

        foreach (var route in routes)
        {
            if (route.Matches(request, out var match))
                return route.RuleOf(match);
        }

        return null;
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

        var name = host.AsSpan();
        foreach (var length in _suffixLengths)
        {
            if (length < name.Length && _suffixes.TryGetValue(name[^length..], out routes))
                return routes;
        }

        return _suffixes.TryGetValue("", out routes) ? routes : null;
    }

    internal sealed class HostRoutes(ResourceKey? virtualService, CompiledRoute[] routes, int[]? ports)
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
