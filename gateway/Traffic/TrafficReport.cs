using System.Text.Json.Serialization;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.Gateway.Traffic;

/// <summary>The answer of <c>GET /api/traffic</c>.</summary>
/// <param name="StartedAt">When counting began.</param>
/// <param name="Window">How many requests <see cref="ServiceReport.Recent"/> looks back.</param>
/// <param name="Services">A row a service, in the order of their names.</param>
/// <param name="Problems">What is wrong with the mesh configuration.</param>
/// <param name="Clusters">The clusters whose API servers the configuration comes from; none where it is a folder.</param>
public sealed record TrafficReport(
    DateTimeOffset StartedAt, int Window, IReadOnlyList<ServiceReport> Services, IReadOnlyList<ConfigurationProblem> Problems,
    IReadOnlyList<ClusterStatus> Clusters);

/// <summary>One service's configuration beside its counts.</summary>
public sealed record ServiceReport : ServiceConfiguration
{
    internal ServiceReport(ServiceConfiguration configuration, ServiceTraffic traffic) : base(configuration) =>
        (Recent, SinceStart) = traffic.Read();

    /// <summary>The last requests.</summary>
    [JsonPropertyOrder(1)] // behind the name and the configuration, which the base has
    public TrafficCounts Recent { get; }

    /// <summary>All requests since the start.</summary>
    [JsonPropertyOrder(1)]
    public TrafficCounts SinceStart { get; }
}
