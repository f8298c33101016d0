namespace MessageBoard.Mesh.Resources;

/// <summary>One process that serves (https://istio.io/latest/docs/reference/config/networking/workload-entry/).</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Address">Its IP address, or a name that DNS knows.</param>
/// <param name="Ports">Its ports by the names of the service's.</param>
/// <param name="Labels">Its labels, with those of <see cref="TopologyLabels"/>.</param>
/// <param name="Locality">Where it runs; the cluster as region.</param>
public sealed record WorkloadEntry(
    ResourceKey Key, string File, string Address, IReadOnlyDictionary<string, int> Ports, IReadOnlyDictionary<string, string> Labels,
    string? Locality) : IMeshResource
{
    /// <summary>Its share among the endpoints beside it; 1 when none is given.</summary>
    public int Weight { get; init; } = 1;
}
