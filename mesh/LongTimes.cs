namespace MessageBoard.Mesh;

/// <summary>Durations that Istio accepts and timers do not bear.</summary>
internal static class LongTimes
{
    // int.MaxValue ms: what every timer of .NET takes.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The duration, or the longest that a timer takes, some 24 days.</summary>
    public static TimeSpan Clip(this TimeSpan duration) => duration < Longest ? duration : Longest;
}
