using System.Diagnostics.Metrics;

namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Messages through Kafka, by OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/).
/// </summary>
public static class MessagingMetrics
{
    // The conventions' own.
    private static readonly InstrumentAdvice<double> Bounds =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    private static readonly Histogram<double> SendDuration = Tracing.Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "How long it takes until the brokers have a message.", advice: Bounds);

    private static readonly Histogram<double> ProcessDuration = Tracing.Meter.CreateHistogram(
        "messaging.process.duration", "s", "How long it takes until what was read at once is kept.", advice: Bounds);

    private static readonly Counter<long> SentMessages = Tracing.Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}", "Messages that the brokers have, or have not taken.");

    private static readonly Counter<long> ConsumedMessages = Tracing.Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Messages that were read.");

    /// <summary>The brokers have a message, or have not taken it.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="started">The time stamp (<see cref="Stopwatch.GetTimestamp"/>) of the moment it was offered.</param>
    /// <param name="error">Why not, of a bounded set of words; null when they have it.</param>
    public static void Sent(string topic, long started, string? error)
    {
        var tags = TagsOf("send", topic, error);
        SendDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        SentMessages.Add(1, tags);
    }

    /// <summary>Messages were read.</summary>
    /// <param name="topic">Their topic.</param>
    /// <param name="count">How many; 0 says that somebody reads.</param>
    public static void Consumed(string topic, int count) => ConsumedMessages.Add(count, TagsOf("poll", topic, null));

    /// <summary>What was read at once is kept, or was refused.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="started">The time stamp (<see cref="Stopwatch.GetTimestamp"/>) of the moment it was read.</param>
    /// <param name="error">Why it was refused, of a bounded set of words; null when it is kept.</param>
    public static void Processed(string topic, long started, string? error) =>
        ProcessDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, TagsOf("process", topic, error));

    private static TagList TagsOf(string operation, string topic, string? error)
    {
        var tags = new TagList
        {
            { "messaging.system", "kafka" }, { "messaging.operation.name", operation }, { "messaging.destination.name", topic },
        };
        if (error is not null)
            tags.Add("error.type", error);

        return tags;
    }
}
