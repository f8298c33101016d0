namespace MessageBoard.Gateway.Traffic;

/// <summary>Quantiles by the nearest rank: values that were seen.</summary>
internal static class NearestRank
{
    /// <summary>The smallest value that a share of all are no larger than; null when there are none.</summary>
    /// <param name="sorted">The values, the smallest first.</param>
    /// <param name="share">From 0 to 1, such as 0.95.</param>
    public static double? Of(ReadOnlySpan<double> sorted, double share) =>
        sorted.IsEmpty ? null : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];
}
