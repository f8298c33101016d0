using System.Diagnostics.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>Counts look-ups in what is kept so that nobody has to be asked: sessions, authors' names.</summary>
public static class CacheMetrics
{
    private static readonly Counter<long> Lookups = Tracing.Meter.CreateCounter<long>(
        "messageboard.cache.lookups", "{lookup}", "Look-ups of sessions and of authors' names.");

    /// <summary>Counts some.</summary>
    /// <param name="cache">What is looked up: <c>sessions</c>, <c>authors</c>.</param>
    /// <param name="isHit">Whether it was there.</param>
    /// <param name="count">How many.</param>
    public static void Count(string cache, bool isHit, int count = 1)
    {
        if (count > 0)
            Lookups.Add(count, new("cache", cache), new KeyValuePair<string, object?>("result", isHit ? "hit" : "miss"));
    }
}
