using System.Diagnostics.Metrics;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Shared.Events;

/// <summary>How many API calls wait to be kept, and how many never were.</summary>
internal sealed class EventMetrics : ObservedMetrics
{
    private const string Sink = "sink";

    /// <summary>Makes the instruments.</summary>
    public EventMetrics(IMeterFactory meters, DroppedEvents dropped, RedisEventSink redis) : base(meters)
    {
        Meter.CreateObservableUpDownCounter<long>(
            "messageboard.events.queued",
            () => [Of(DroppedEvents.Redis, redis.Queued), Of(DroppedEvents.Kafka, KafkaEventSink.Queued)],
            "{event}", "API calls that wait to be sent.");
        Meter.CreateObservableCounter<long>(
            "messageboard.events.dropped",
            // Those of which there were none are told too: a counter that begins with its first event has not grown to who looks at it.
            () => DroppedEvents.Reasons.Select(why => Of(why, dropped.TotalOf(why))),
            "{event}", "API calls that list, topic or table do not have.");
    }

    private static Measurement<long> Of(string sink, long count) => new(count, new KeyValuePair<string, object?>(Sink, sink));
}
