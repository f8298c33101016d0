namespace MessageBoard.Mesh;

/// <summary>Who calls: the workload whose requests are routed, as Istio knows the proxy beside it.</summary>
public sealed record MeshProxy
{
    /// <summary>Istio's reserved name for all sidecars.</summary>
    public const string Mesh = "mesh";

    /// <summary>Its namespace.</summary>
    public string Namespace { get; init; } = HostNames.DefaultNamespace;

    /// <summary>Its service account; empty when nobody has said.</summary>
    public string ServiceAccount { get; init; } = "";

    /// <summary>Who it is to those it calls, as in a certificate of Istio's: <c>cluster.local/ns/messageboard/sa/gateway</c>.</summary>
    public string Principal => $"cluster.local/ns/{Namespace}/sa/{ServiceAccount}";

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it runs, as <c>region/zone/sub-zone</c>; empty when nobody has said.</summary>
    public string Locality { get; init; } = "";

    /// <summary>Its cluster; null where that is the locality's region, as on one machine.</summary>
    public string? Cluster { get; init; }

    /// <summary>The pod it runs in; empty when nobody has said.</summary>
    public string Pod { get; init; } = "";

    /// <summary>The node it runs on; null when nobody has said.</summary>
    public string? Node { get; init; }

    /// <summary>
    /// The gateways it serves: <see cref="Mesh"/> for a sidecar, <c>namespace/name</c> of a Gateway for that one's proxy.
    /// </summary>
    public IReadOnlyList<string> Gateways { get; init; } = [Mesh];

    /// <summary>
    /// With the labels that Istio itself gives it, and at the place that its labels say (Istio's pilot/pkg/xds/ads.go, setTopologyLabels).
    /// </summary>
    internal MeshProxy WithTopology()
    {
        var (region, zone, subzone) = (
            Labels.GetValueOrDefault(TopologyLabels.Region), Labels.GetValueOrDefault(TopologyLabels.Zone),
            Labels.GetValueOrDefault(TopologyLabels.Subzone));
        var locality = region is not null || zone is not null || subzone is not null
            ? $"{region}/{zone}/{subzone}".TrimEnd('/')
            : TopologyLabels.LocalityOf(Labels) ?? Locality;
        return this with
        {
            Locality = locality,
            Labels = TopologyLabels.Add(
                Labels, Resources.Locality.Parse(locality), Cluster ?? Resources.Locality.Parse(Locality).Region, network: null),
        };
    }

    /// <summary>
    /// Whether a policy concerns it: one of its namespace, or of Istio's root namespace, for workloads with its labels.
    /// </summary>
    internal bool IsSelected(string ns, IReadOnlyDictionary<string, string> selector) =>
        (ns == Namespace || ns == Resources.HostNames.RootNamespace)
            && selector.All(label => Labels.GetValueOrDefault(label.Key) == label.Value);
}
