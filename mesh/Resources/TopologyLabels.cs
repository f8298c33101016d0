namespace MessageBoard.Mesh.Resources;

/// <summary>
/// The labels that Istio itself gives to workloads and callers (https://istio.io/latest/docs/reference/config/labels/;
/// pilot/pkg/serviceregistry/util/label, AugmentLabels).
/// </summary>
public static class TopologyLabels
{
    /// <summary>The cluster. On one machine it is the region.</summary>
    public const string Cluster = "topology.istio.io/cluster";

    /// <summary>The network.</summary>
    public const string Network = "topology.istio.io/network";

    /// <summary>The first part of the locality.</summary>
    public const string Region = "topology.kubernetes.io/region";

    /// <summary>The second part of the locality.</summary>
    public const string Zone = "topology.kubernetes.io/zone";

    /// <summary>The third part of the locality.</summary>
    public const string Subzone = "topology.istio.io/subzone";

    // The second is the old name (pkg/model/proxy.go, GetLocalityLabel).
    private static readonly string[] LocalityNames = ["topology.istio.io/locality", "istio-locality"];

    /// <summary>Where labels say that their workload runs, as <c>region/zone/sub-zone</c>; null when they do not.</summary>
    public static string? LocalityOf(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var name in LocalityNames)
        {
            // A label's value has no slash in Kubernetes.
            if (labels.TryGetValue(name, out var value))
                return value.Length == 0 ? null : value.Contains('/') ? value : value.Replace('.', '/');
        }

        return null;
    }

    /// <summary>Labels with those of the topology. What Istio knows takes the place of what was written, the network apart.</summary>
    /// <param name="labels">The labels as they were written.</param>
    /// <param name="locality">Where the workload runs; empty when nobody knows.</param>
    /// <param name="cluster">Its cluster; empty when nobody knows.</param>
    /// <param name="network">Its network; null when nobody has said.</param>
    public static IReadOnlyDictionary<string, string> Add(
        IReadOnlyDictionary<string, string> labels, Locality locality, string cluster, string? network)
    {
        var all = new Dictionary<string, string>(labels);
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
                 [(Region, locality.Region), (Zone, locality.Zone), (Subzone, locality.Subzone), (Cluster, cluster)])
        {
            if (value.Length > 0)
                all[name] = value;
        }

        if (network is { Length: > 0 } && all.GetValueOrDefault(Network) is not { Length: > 0 })
            all[Network] = network;

        return all;
    }
}
