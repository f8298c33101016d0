namespace MessageBoard.Mesh.Resources;

/// <summary>A service and how to find its workloads (https://istio.io/latest/docs/reference/config/networking/service-entry/).</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Hosts">Its full host names.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="WorkloadLabels">The labels that its workloads carry.</param>
public sealed record ServiceEntry(
    ResourceKey Key, string File, IReadOnlyList<string> Hosts, IReadOnlyList<ServicePort> Ports,
    IReadOnlyDictionary<string, string> WorkloadLabels) : IMeshResource;

/// <summary>A port of a service.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name, by which a workload says on which port of its own it serves it.</param>
public sealed record ServicePort(int Number, string Name);
