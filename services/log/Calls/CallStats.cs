namespace MessageBoard.LogService.Calls;

/// <summary>Figures of the last minutes.</summary>
/// <param name="Minutes">How many minutes.</param>
/// <param name="Requests">All calls.</param>
/// <param name="Errors">Those that ended with a 5xx status.</param>
/// <param name="MeshErrors">Those of them that the mesh answered itself, such as for a fault or where no upstream is healthy.</param>
/// <param name="P95Ms">95 % took no longer, in ms; null without calls.</param>
/// <param name="Paths">The busiest routes, busiest first.</param>
internal sealed record CallStats(
    int Minutes, long Requests, long Errors, long MeshErrors, double? P95Ms, IReadOnlyList<PathCount> Paths)
{
    /// <summary>How many paths are told.</summary>
    public const int BusiestPaths = 5;

    /// <summary>All calls by the minutes.</summary>
    public double RequestsPerMinute => Math.Round((double)Requests / Minutes, 2);
}

/// <summary>How often a route was called.</summary>
internal sealed class PathCount
{
    public required string Path { get; init; }

    public required long Requests { get; init; }
}
