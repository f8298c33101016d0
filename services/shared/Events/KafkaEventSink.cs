using System.Text;
using Confluent.Kafka;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Shared.Events;

/// <summary>
/// Sends API calls to the topic <see cref="Kafka.Topic"/>, with the trace context in the message's headers. They wait in
/// librdkafka's own bounded queue while Kafka is away.
/// </summary>
public sealed partial class KafkaEventSink : IDisposable
{
    private const int QueueLength = 10_000;
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(60), FlushTimeout = TimeSpan.FromSeconds(2);

    // What waits for so long does so because Kafka is away.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    // Of the process, which has one sink, or in the gateway none until there is something to send.
    private static int _queued, _late;

    private readonly DroppedEvents _dropped;
    private readonly OutgoingCalls _calls;
    private readonly string _clientId;
    private readonly IProducer<string, byte[]>? _producer;
    private readonly Lock _asking = new();
    private bool _isDisposed;

    /// <summary>Connects in the background; does nothing when Kafka is off.</summary>
    public KafkaEventSink(
        IConfiguration configuration, ServiceIdentity identity, DroppedEvents dropped, OutgoingCalls calls, ILogger<KafkaEventSink> logger)
    {
        (_dropped, _calls, _clientId) = (dropped, calls, identity.Pod);
        if (Kafka.BootstrapServers(configuration) is not { } servers)
        {
            LogOff(logger);
            return;
        }

        var config = new ProducerConfig
        {
            BootstrapServers = servers,
            ClientId = _clientId,
            // Not idempotent: brokers that have lost their memory are a fatal error to such a producer, for the rest of its life.
            // What it sends twice has the same id, and is kept once.
            Acks = Acks.All,
            LingerMs = 20,
            ReconnectBackoffMaxMs = Kafka.ReconnectBackoffMaxMs,
            QueueBufferingMaxMessages = QueueLength,
            MessageTimeoutMs = (int)DeliveryTimeout.TotalMilliseconds,
        };
        _producer = new ProducerBuilder<string, byte[]>(config)
            .SetLogHandler((_, message) => LogClient(logger, message.Message))
            .SetErrorHandler((client, error) =>
            {
                LogClient(logger, error.Reason);
                Kafka.FindBrokersAgain(client, error, configuration);
            })
            .Build();
    }

    /// <summary>How many of this process's the brokers do not have yet.</summary>
    public static int Queued => Volatile.Read(ref _queued);

    /// <summary>How many of this process's have waited for the brokers, and wait still, since it started.</summary>
    public static int Waited => Volatile.Read(ref _late) + Queued;

    /// <summary>Puts a call into the queue.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">The span of the request that it tells of; by default the current one.</param>
    public void Offer(ApiCall call, ActivityContext request = default)
    {
        if (_producer is null)
            return;

        var span = StartSpan(request);
        var headers = new Headers();
        DistributedContextPropagator.Current.Inject(span ?? Activity.Current, headers, static (carrier, name, value) =>
            ((Headers)carrier!).Add(name, Encoding.ASCII.GetBytes(value)));
        var message = new Message<string, byte[]>
        {
            Key = call.User ?? call.TraceId,
            Value = call.ToJson(),
            Headers = headers,
        };
        var started = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _queued);
        try
        {
            _producer.Produce(Kafka.Topic, message, report =>
            {
                Leave(started, report.Error);
                EndSpan(span, report.Error, report.TopicPartitionOffset);
            });
        }
        catch (KafkaException exception)
        {
            Leave(started, exception.Error); // the queue is full
            EndSpan(span, exception.Error);
        }
        catch (ObjectDisposedException)
        {
            Leave(started, new(ErrorCode.Local_Destroy)); // the process ends
            EndSpan(span, new(ErrorCode.Local_Destroy));
        }
    }

    /// <summary>Asks the brokers whether they are there, and the topic's partitions have leaders. Blocks.</summary>
    /// <param name="patience">How long an answer may take.</param>
    /// <returns>False when there was none in time, and where Kafka is off.</returns>
    public bool IsAnswered(TimeSpan patience)
    {
        // The question uses the producer's connections, so that must not go meanwhile.
        lock (_asking)
        {
            if (_producer is null || _isDisposed)
                return false;

            try
            {
                using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
                return admin.GetMetadata(Kafka.Topic, patience).Topics.All(
                    topic => !topic.Error.IsError && topic.Partitions.All(partition => partition.Leader >= 0));
            }
            catch (KafkaException)
            {
                return false;
            }
        }
    }

    private void Leave(long started, Error error)
    {
        Interlocked.Decrement(ref _queued);
        MessagingMetrics.Sent(Kafka.Topic, started, error.IsError ? error.Code.ToString() : null);
        _calls.Count(CallTarget.Kafka, started, error.IsError);
        if (error.IsError)
            _dropped.Count(DroppedEvents.Kafka);
        else if (Stopwatch.GetElapsedTime(started) > Late)
            Interlocked.Increment(ref _late);
    }

    /// <summary>Sends what is in the queue, as far as Kafka takes it in time.</summary>
    public void Dispose()
    {
        _producer?.Flush(FlushTimeout);
        lock (_asking)
        {
            _isDisposed = true;
            _producer?.Dispose();
        }
    }

    // https://opentelemetry.io/docs/specs/semconv/messaging/kafka/; the message's key may be a user's name, and is not told.
    private Activity? StartSpan(ActivityContext request) => (request == default ? BatchTrace.Current : request) is var parent
        && !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? null
        : Tracing.Source.StartAside($"send {Kafka.Topic}", ActivityKind.Producer, parent)
            ?.SetTag("messaging.system", "kafka")
            .SetTag("messaging.operation.name", "send")
            .SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", Kafka.Topic)
            .SetTag("messaging.client.id", _clientId);

    // When the brokers have the message; the request has long been answered.
    private static void EndSpan(Activity? span, Error error, TopicPartitionOffset? place = null)
    {
        if (span is null)
            return;

        if (error.IsError)
            span.Fail(error.Code.ToString());
        else if (place is not null)
            span.SetTag("messaging.destination.partition.id", $"{place.Partition.Value}")
                .SetTag("messaging.kafka.offset", place.Offset.Value);

        span.Stop();
    }

    [LoggerMessage(LogLevel.Information, "Kafka is off: Kafka:BootstrapServers is not set.")]
    private static partial void LogOff(ILogger logger);

    [LoggerMessage(LogLevel.Debug, "Kafka: {Message}")]
    private static partial void LogClient(ILogger logger, string message);
}
