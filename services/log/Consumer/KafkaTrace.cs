using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.LogService.Consumer;

/// <summary>
/// The spans of records that are read: each belongs to the trace of the call that it tells of, and lasts until that is kept
/// (https://opentelemetry.io/docs/specs/semconv/messaging/kafka/).
/// </summary>
internal sealed class KafkaTrace(ServiceIdentity identity)
{
    /// <summary>Begins the span of a record, whose headers may be anything; null when its trace is not kept.</summary>
    public Activity? Start(ConsumeResult<Ignore, byte[]> record)
    {
        if (!Tracing.Source.HasListeners())
            return null;

        DistributedContextPropagator.Current.ExtractTraceIdAndState(record.Message.Headers, Read, out var parent, out var state);
        if (!ActivityContext.TryParse(parent, state, isRemote: true, out var context))
            return null;

        return Tracing.Source.StartAside($"process {Shared.Events.Kafka.Topic}", ActivityKind.Consumer, context)
            ?.SetTag("messaging.system", "kafka")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", Shared.Events.Kafka.Topic)
            .SetTag("messaging.destination.partition.id", $"{record.Partition.Value}")
            .SetTag("messaging.kafka.offset", record.Offset.Value)
            .SetTag("messaging.consumer.group.name", identity.Name)
            .SetTag("messaging.client.id", identity.Pod);

        static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values)
        {
            values = null;
            value = ((Headers)carrier!).TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.ASCII.GetString(bytes) : null;
        }
    }

    /// <summary>Ends a span whose record is not kept.</summary>
    public static void Fail(Activity? span, string type)
    {
        span?.Fail(type);
        span?.Stop();
    }
}
