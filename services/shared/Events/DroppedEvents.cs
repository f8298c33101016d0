using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Shared.Events;

/// <summary>Counts events that could not be kept: as a metric, and since the process has started.</summary>
public sealed class DroppedEvents
{
    /// <summary>Did not reach Redis.</summary>
    public const string Redis = "redis";

    /// <summary>Did not reach Kafka.</summary>
    public const string Kafka = "kafka";

    /// <summary>Came through Kafka, and were no calls.</summary>
    public const string Unreadable = "unreadable";

    private static readonly Counter<long> Dropped = Tracing.Meter.CreateCounter<long>(
        "messageboard.events.dropped", "{event}", "API calls that list, topic or table do not have.");

    private readonly ConcurrentDictionary<string, long> _totals = [];

    /// <summary>How many, by why; without those of which there were none.</summary>
    public IEnumerable<KeyValuePair<string, long>> Totals => _totals;

    /// <summary>Counts some.</summary>
    /// <param name="why">One of this type's names.</param>
    /// <param name="count">How many.</param>
    public void Count(string why, int count = 1)
    {
        _totals.AddOrUpdate(why, static (_, more) => more, static (_, total, more) => total + more, count);
        Dropped.Add(count, new KeyValuePair<string, object?>("sink", why));
    }
}
