namespace MessageBoard.Mesh.Resources;

/// <summary>The subsets of a service (https://istio.io/latest/docs/reference/config/networking/destination-rule/).</summary>
/// <param name="Id">Which one it is.</param>
/// <param name="Host">The service: a short name is of the rule's namespace.</param>
/// <param name="Subsets">The labels of each subset's workloads.</param>
public sealed record DestinationRule(ResourceId Id, string Host, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Subsets) : IMeshResource;
