using System.Diagnostics.Metrics;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Shared.Events;

/// <summary>
/// Counts events that could not be kept while their sink was away: as a metric, and until somebody takes the sum to show it.
/// </summary>
public sealed class DroppedEvents
{
    private static readonly Counter<long> Dropped = Tracing.Meter.CreateCounter<long>(
        "messageboard.events.dropped", "{event}", "API calls that reached neither list nor topic.");

    private long _redis;
    private long _kafka;

    /// <summary>Counts events that did not reach Redis.</summary>
    public void CountRedis(long count) => Count(ref _redis, count, "redis");

    /// <summary>Counts events that did not reach Kafka.</summary>
    public void CountKafka(long count) => Count(ref _kafka, count, "kafka");

    /// <summary>What was counted since the last call.</summary>
    public (long Redis, long Kafka) Take() => (Interlocked.Exchange(ref _redis, 0), Interlocked.Exchange(ref _kafka, 0));

    private static void Count(ref long sum, long count, string sink)
    {
        Interlocked.Add(ref sum, count);
        Dropped.Add(count, new KeyValuePair<string, object?>("sink", sink));
    }
}
