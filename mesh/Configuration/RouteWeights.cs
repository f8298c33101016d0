namespace MessageBoard.Mesh.Configuration;

/// <summary>The weights of a VirtualService's default route.</summary>
/// <param name="Service">The service, by its short name.</param>
/// <param name="ResourceVersion">The version an edit is based on.</param>
/// <param name="BySubset">The weights by subset, as configured.</param>
public sealed record RouteWeights(string Service, string ResourceVersion, IReadOnlyDictionary<string, int> BySubset);
