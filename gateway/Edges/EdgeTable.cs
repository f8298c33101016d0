using MessageBoard.Shared.Edges;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Edges;

/// <summary>Who calls whom, from the reports of all processes.</summary>
internal static class EdgeTable
{
    /// <summary>An edge for each caller (service and cluster) and each target; its pods are summed up.</summary>
    public static IReadOnlyList<Edge> Of(IEnumerable<EdgeReport> reports) =>
    [
        .. reports
            .SelectMany(report => report.Calls.Select(calls => (Report: report, Calls: calls)))
            .GroupBy(row => (row.Report.Service, row.Report.Cluster, row.Calls.To, ToCluster: row.Calls.Cluster, row.Calls.Store))
            .OrderBy(edge => edge.Key)
            .Select(edge => new Edge(
                new(edge.Key.Service, edge.Key.Cluster), new(edge.Key.To, edge.Key.ToCluster), edge.Key.Store,
                Math.Round(edge.Sum(row => row.Calls.Calls / row.Report.Seconds), 2),
                Math.Round(edge.Sum(row => row.Calls.Errors / row.Report.Seconds), 2),
                DurationSteps.P95([.. edge.SelectMany(row => row.Calls.Durations).Select(step => (step.Key, (long)step.Value))]))),
    ];
}

/// <summary>Who calls whom, as the processes' own counters of their last second say.</summary>
/// <param name="Edges">A row a caller and target; without those of which there was no call.</param>
public sealed record EdgeList(IReadOnlyList<Edge> Edges);

/// <summary>Calls of a service's pods in one cluster to one target.</summary>
/// <param name="From">The caller.</param>
/// <param name="To">The target; of a store no cluster is told.</param>
/// <param name="Store">Whether the target is a store.</param>
/// <param name="PerSecond">Calls a second.</param>
/// <param name="ErrorsPerSecond">Of these, those that failed.</param>
/// <param name="P95Ms">What 95 of 100 calls took at most, in ms, in steps of a fourth of an octave; null where nobody waited.</param>
public sealed record Edge(EdgeEnd From, EdgeEnd To, bool Store, double PerSecond, double ErrorsPerSecond, double? P95Ms);

/// <summary>An end of an edge.</summary>
/// <param name="Name">A service, <c>gateway</c>, or a store: <c>mariadb</c>, <c>sqlite</c>, <c>redis</c>, <c>kafka</c>.</param>
/// <param name="Cluster">Its cluster; null where that is not told.</param>
public sealed record EdgeEnd(string Name, string? Cluster);
