namespace MessageBoard.Gateway.History;

/// <summary>
/// Steps of durations, each 7 % longer than the one before, from 1/16 ms to 65 s: what is told of a duration by its step is at most
/// 3.6 % off. What is shorter or longer counts as the first or the last.
/// </summary>
internal static class DurationSteps
{
    /// <summary>How many there are.</summary>
    public const int Count = Doublings * PerDoubling;

    private const int PerDoubling = 10, Doublings = 20;
    private const double ShortestMs = 1.0 / 16;

    /// <summary>The step of a duration in ms.</summary>
    public static int Of(double ms) =>
        ms <= ShortestMs ? 0 : Math.Min(Count - 1, (int)(Math.Log2(ms / ShortestMs) * PerDoubling));

    /// <summary>The duration, in ms, that no more than a part of all exceed; null when there are none.</summary>
    /// <param name="counts">How many there are in each step.</param>
    /// <param name="part">The part that does not exceed it, such as 0.95.</param>
    public static double? Percentile(ReadOnlySpan<long> counts, double part)
    {
        var total = 0L;
        foreach (var count in counts)
            total += count;

        var left = (long)Math.Ceiling(total * part);
        for (var step = 0; step < counts.Length; step++)
        {
            left -= counts[step];
            if (counts[step] > 0 && left <= 0)
                return Math.Round(ShortestMs * Math.Pow(2, (step + 0.5) / PerDoubling), 3);
        }

        return null;
    }
}
