namespace MessageBoard.Gateway.Traffic;

/// <summary>How many requests went where.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Errors">Those that ended with a 5xx status.</param>
/// <param name="Unanswered">Those that no service answered: no route, no healthy endpoint, a connection lost.</param>
/// <param name="Clusters">The answered ones, by cluster.</param>
/// <param name="Pods">The answered ones, by pod.</param>
public sealed record TrafficCounts(
    long Total, long Errors, long Unanswered, IReadOnlyDictionary<string, long> Clusters, IReadOnlyDictionary<string, long> Pods);
