namespace MessageBoard.Gateway.Traffic;

/// <summary>How many requests went where.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Errors">Those that ended with a 5xx status.</param>
/// <param name="Unanswered">Those that no service answered: no route, no healthy endpoint, a connection lost.</param>
/// <param name="Clusters">The answered ones, by cluster.</param>
/// <param name="Pods">The answered ones, by pod.</param>
public sealed record TrafficCounts(
    long Total, long Errors, long Unanswered, IReadOnlyDictionary<string, long> Clusters, IReadOnlyDictionary<string, long> Pods)
{
    /// <summary>Those that were drawn by weight and answered where the draw fell, by cluster: what a share is judged on.</summary>
    public required IReadOnlyDictionary<string, long> Drawn { get; init; }

    /// <summary>Those that a rule took before the weights, by <see cref="RoutedRequest.Rule"/>; what is beyond 20 as <c>…</c>.</summary>
    public required IReadOnlyDictionary<string, long> Rules { get; init; }

    /// <summary>Those that the mesh answered and no pod's own code, by <see cref="RoutedRequest.Cause"/>.</summary>
    public required IReadOnlyDictionary<string, long> Causes { get; init; }

    /// <summary>Those that were drawn by weight and answered by another cluster.</summary>
    public long FailedOver { get; init; }

    /// <summary>How long half of them took at most, in ms; null since the start, and for none.</summary>
    public double? P50Ms { get; init; }

    /// <summary>How long 95 of 100 took at most, in ms; null since the start, and for none.</summary>
    public double? P95Ms { get; init; }
}
