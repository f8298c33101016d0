namespace MessageBoard.Mesh.Explain;

/// <summary>One of several tries.</summary>
/// <param name="Cluster">The endpoint's cluster; null when there was no endpoint, or nobody has said.</param>
/// <param name="Pod">The endpoint's workload; null when there was no endpoint.</param>
/// <param name="Status">The status it answered with; null when it did not.</param>
/// <param name="Flag">Envoy's response flag, such as <c>UF</c>; null when it answered.</param>
public sealed record MeshTry(string? Cluster, string? Pod, int? Status, string? Flag);
