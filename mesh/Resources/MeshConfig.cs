namespace MessageBoard.Mesh.Resources;

/// <summary>
/// What holds in the whole mesh (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/), from where Istio has it: the
/// ConfigMap <c>istio</c> in the namespace <c>istio-system</c>.
/// </summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
public sealed record MeshConfig(ResourceKey Key, string File) : IMeshResource
{
    /// <summary>Nothing but defaults.</summary>
    public static readonly MeshConfig Default = new(new("ConfigMap", "istio-system", "istio"), "");

    /// <summary>Hosts, <c>*</c> and <c>*.suffix</c> among them, and whether each is reached in the caller's own cluster alone.</summary>
    public IReadOnlyDictionary<string, bool> ClusterLocal { get; init; } = new Dictionary<string, bool>();

    /// <summary>Which localities are preferred where a DestinationRule says nothing; null for Istio's default.</summary>
    public LocalityLoadBalancing? Locality { get; init; }

    /// <summary>Regions where a DestinationRule says nothing; null for no such thing.</summary>
    public ZoneAwareLoadBalancing? ZoneAware { get; init; }

    /// <summary>What becomes of requests to hosts that nobody knows, where no Sidecar says so.</summary>
    public OutboundTraffic OutboundTraffic { get; init; }

    /// <summary>Whether HTTP/1.1 requests go on as HTTP/2 where a DestinationRule says nothing.</summary>
    public bool H2Upgrade { get; init; }

    /// <summary>Whether a service is reached in the caller's own cluster alone: what is said of the most specific host holds.</summary>
    public bool IsClusterLocal(string host)
    {
        if (ClusterLocal.TryGetValue(host, out var isLocal))
            return isLocal;

        return ClusterLocal
            .Where(setting => setting.Key.StartsWith('*') && host.EndsWith(setting.Key[1..], StringComparison.OrdinalIgnoreCase))
            .DefaultIfEmpty()
            .MaxBy(setting => setting.Key?.Length ?? 0)
            .Value;
    }

    /// <summary>A DestinationRule's policy with what holds where it says nothing.</summary>
    public TrafficPolicy Complete(TrafficPolicy policy) =>
        (Locality is null && ZoneAware is null) || policy.LoadBalancer is { Locality: not null } or { ZoneAware: not null }
            ? policy
            : policy with { LoadBalancer = (policy.LoadBalancer ?? new()) with { Locality = Locality, ZoneAware = ZoneAware } };
}
