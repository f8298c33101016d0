namespace MessageBoard.Mesh.Routing;

/// <summary>
/// The route of requests to hosts that nobody knows, as Istio's sidecars have it
/// (buildCatchAllVirtualHost in pilot/pkg/networking/core/httproute.go).
/// </summary>
internal static class UnknownHosts
{
    /// <summary>What Istio calls the upstream that is the host which the caller addressed.</summary>
    public const string PassthroughCluster = "PassthroughCluster";

    private const int BadGateway = 502;

    // Neither a timeout nor retries: nothing is known of these hosts.
    private static readonly HttpRoute Pass = new() { Name = "allow_any", Retries = new() { Attempts = 0 } };
    private static readonly HttpRoute Block = new() { Name = "block_all", DirectResponse = new(BadGateway, null) };

    /// <summary>The route; null for a caller that is no sidecar.</summary>
    public static CompiledRoute? Compile(
        IReadOnlyList<IMeshResource> resources, MeshProxy proxy, ServiceRegistry registry, ICollection<MeshProblem> problems)
    {
        if (!proxy.Gateways.Contains(MeshProxy.Mesh))
            return null;

        var sidecar = Sidecar.For(resources, proxy);
        if ((sidecar?.OutboundTraffic ?? registry.Config.OutboundTraffic) == OutboundTraffic.RegistryOnly)
            return new(-1, Block, [], [], []);

        if (sidecar?.EgressProxy is not { } target)
            return To(new(PassthroughCluster, null, null), PassthroughCluster, [registry.Passthrough(PassthroughCluster)]);

        var host = HostNames.FullName(target.Host, sidecar.Key.Namespace);
        var upstreams = registry.Find(host, target.Subset, target.Port, out var problem);
        if (problem is not null)
        {
            var field = FieldPath.Spec["outboundTrafficPolicy"]["egressProxy"];
            problems.Add(new(sidecar.File, null, sidecar.Key, field, $"{field}: {problem}"));
        }

        return To(target, host, upstreams);
    }

    private static CompiledRoute To(Destination target, string host, Upstream[] upstreams)
    {
        var written = new HttpRouteDestination(target, null, HttpHeaderRules.None);
        return new(-1, Pass with { Destinations = [written] }, [], [new(host, written, HttpHeaderRules.None, upstreams, null)], []);
    }
}
