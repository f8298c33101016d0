using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Routing;

/// <summary>A workload at one of its ports.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="BaseAddress">Its address without a trailing slash, such as <c>http://127.0.0.1:41234</c>.</param>
public sealed record Endpoint(WorkloadEntry Workload, string BaseAddress);
