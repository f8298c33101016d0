namespace MessageBoard.Mesh.Resources;

/// <summary>
/// What some workloads may call (https://istio.io/latest/docs/reference/config/networking/sidecar/), as far as it is carried out.
/// </summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="WorkloadLabels">The labels of the workloads it is for; empty for all of the namespace.</param>
/// <param name="OutboundTraffic">What becomes of requests to hosts that nobody knows; null for the mesh's own setting.</param>
/// <param name="EgressProxy">Where such requests go in place of the host; null for the host itself.</param>
public sealed record Sidecar(
    ResourceKey Key, string File, IReadOnlyDictionary<string, string> WorkloadLabels, OutboundTraffic? OutboundTraffic,
    Destination? EgressProxy) : IMeshResource
{
    /// <summary>The one in force for a workload: by its labels, its namespace's, then the mesh's; null when there is none.</summary>
    public static Sidecar? For(IEnumerable<IMeshResource> resources, MeshProxy proxy) =>
        resources.OfType<Sidecar>().Where(sidecar => sidecar.Rank(proxy) > 0).MaxBy(sidecar => sidecar.Rank(proxy));

    // https://istio.io/latest/docs/reference/config/networking/sidecar/: of several with one rank the first.
    private int Rank(MeshProxy proxy) => (Key.Namespace == proxy.Namespace, WorkloadLabels.Count) switch
    {
        (true, > 0) => WorkloadLabels.All(label => proxy.Labels.GetValueOrDefault(label.Key) == label.Value) ? 3 : 0,
        (true, 0) => 2,
        _ => Key.Namespace == HostNames.RootNamespace && WorkloadLabels.Count == 0 ? 1 : 0,
    };
}
