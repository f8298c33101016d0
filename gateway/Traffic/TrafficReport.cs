using MessageBoard.Gateway.Rules;
using MessageBoard.Gateway.Weights;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.Gateway.Traffic;

/// <summary>The answer of <c>GET /api/traffic</c>.</summary>
/// <param name="StartedAt">When counting began.</param>
/// <param name="Window">How many requests <see cref="ServiceReport.Recent"/> looks back.</param>
/// <param name="Services">A row a service, in the order of their names.</param>
/// <param name="Problems">What is wrong with the mesh configuration.</param>
/// <param name="Clusters">The clusters whose API servers the configuration comes from; none where it is a folder.</param>
public sealed record TrafficReport(
    DateTimeOffset StartedAt, int Window, IReadOnlyList<ServiceReport> Services, IReadOnlyList<ConfigurationProblem> Problems, IReadOnlyList<ClusterStatus> Clusters);

/// <summary>One service's configured weights beside its counts.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="ResourceVersion">The version of its VirtualService; null when it has none.</param>
/// <param name="Weights">Percent by cluster; null when it has no VirtualService.</param>
/// <param name="Rules">What else its VirtualService says; null when it has none.</param>
/// <param name="Recent">The last requests.</param>
/// <param name="SinceStart">All requests since the start.</param>
public sealed record ServiceReport(
    string Service, string? ResourceVersion, IReadOnlyDictionary<string, int>? Weights, ServiceRules? Rules, TrafficCounts Recent, TrafficCounts SinceStart);
