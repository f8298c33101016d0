using MessageBoard.Gateway.Rules;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Loading;

namespace MessageBoard.Gateway.Weights;

/// <summary>What the mesh is told to do: the data of a <c>configuration</c> event.</summary>
/// <param name="Services">A row a service.</param>
/// <param name="Problems">What is wrong with the configuration.</param>
/// <param name="Clusters">The clusters whose API servers it comes from; none where it is a folder.</param>
public sealed record MeshConfiguration(IReadOnlyList<ServiceWeights> Services, IReadOnlyList<MeshProblem> Problems, IReadOnlyList<ClusterStatus> Clusters);

/// <summary>What one service's VirtualService says of its default route.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="ResourceVersion">The version an edit is based on; null when it has no VirtualService.</param>
/// <param name="Weights">Percent by cluster; null when it has no VirtualService, or one that does not split by cluster.</param>
/// <param name="Rules">What else is set; null when it has no VirtualService.</param>
public sealed record ServiceWeights(string Service, string? ResourceVersion, IReadOnlyDictionary<string, int>? Weights, ServiceRules? Rules);
