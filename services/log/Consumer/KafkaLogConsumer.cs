using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using MessageBoard.LogService.Calls;
using MessageBoard.Shared;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.LogService.Consumer;

/// <summary>
/// Reads API calls from Kafka into the table <c>kafka_logs</c>. The offset is committed after the insert, and the insert passes
/// over what is there: a call may be read twice, but is kept once. All log-services share the topic as one group.
/// </summary>
internal sealed partial class KafkaLogConsumer(
    IConfiguration configuration, ServiceIdentity identity, KafkaLogStore store, TimeProvider clock, ILogger<KafkaLogConsumer> logger)
        : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly TimeSpan
        Poll = TimeSpan.FromMilliseconds(200),
        RetryDelay = TimeSpan.FromSeconds(1),
        TrimInterval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (Shared.Events.Kafka.BootstrapServers(configuration) is not { } servers)
            return;

        // Consume blocks its thread.
        await Task.Factory
            .StartNew(() => Run(servers, stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap();
    }

    private async Task Run(string servers, CancellationToken stoppingToken)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = identity.Name,
            ClientId = identity.Pod,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            ReconnectBackoffMaxMs = Shared.Events.Kafka.ReconnectBackoffMaxMs,
            // The least that brokers allow: the partitions of a process that died wait no longer.
            SessionTimeoutMs = 6_000,
            HeartbeatIntervalMs = 2_000,
        };
        using var consumer = new ConsumerBuilder<string, byte[]>(config)
            .SetPartitionsAssignedHandler((_, partitions) => LogAssigned(partitions.Count))
            .SetLogHandler((_, message) => LogClient(message.Message))
            .SetErrorHandler((client, error) =>
            {
                LogClient(error.Reason);
                Shared.Events.Kafka.FindBrokersAgain(client, error, configuration);
            })
            .Build();
        consumer.Subscribe(Shared.Events.Kafka.Topic);

        var trimmed = clock.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var batch = ReadBatch(consumer);
                if (batch.Count > 0)
                {
                    await KeepAsync(batch, stoppingToken);
                    consumer.Commit(batch.Select(message => new TopicPartitionOffset(message.TopicPartition, message.Offset + 1)));
                }

                if (clock.GetElapsedTime(trimmed) > TrimInterval)
                {
                    await store.TrimAsync(stoppingToken);
                    trimmed = clock.GetTimestamp();
                }
            }
            catch (Exception exception) when (exception is KafkaException or StoreUnavailableException)
            {
                LogRetry(exception.Message);
                await Task.Delay(RetryDelay, stoppingToken);
            }
        }

        consumer.Close();
    }

    private static List<ConsumeResult<string, byte[]>> ReadBatch(IConsumer<string, byte[]> consumer)
    {
        var batch = new List<ConsumeResult<string, byte[]>>();
        var wait = Poll;
        while (batch.Count < BatchSize && consumer.Consume(wait) is { } message)
        {
            batch.Add(message);
            wait = TimeSpan.Zero;
        }

        return batch;
    }

    private async Task KeepAsync(List<ConsumeResult<string, byte[]>> batch, CancellationToken cancellationToken)
    {
        var calls = new List<ApiCall>(batch.Count);
        foreach (var message in batch)
        {
            using var span = StartSpan(message.Message.Headers);
            if (TryParse(message.Message.Value) is { } call)
                calls.Add(call);
            else
                LogUnreadable(message.TopicPartitionOffset.ToString());
        }

        while (calls.Count > 0)
        {
            try
            {
                await store.AddAsync(calls, cancellationToken);
                return;
            }
            catch (StoreUnavailableException exception)
            {
                LogRetry(exception.Message);
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }

    // Anybody may have written to the topic.
    private static ApiCall? TryParse(byte[] value)
    {
        try
        {
            return JsonSerializer.Deserialize<ApiCall>(value, JsonSerializerOptions.Web) is { Id.Length: 32 } call ? call : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The span belongs to the trace of the call that the message tells of.
    private static Activity? StartSpan(Headers headers)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(headers, Read, out var parent, out var state);
        return Tracing.Source.StartActivity(
            $"process {Shared.Events.Kafka.Topic}",
            ActivityKind.Consumer,
            ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : default)
            ?.SetTag("messaging.system", "kafka")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", Shared.Events.Kafka.Topic);

        static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values)
        {
            values = null;
            value = ((Headers)carrier!).TryGetLastBytes(name, out var bytes) ? Encoding.ASCII.GetString(bytes) : null;
        }
    }

    [LoggerMessage(LogLevel.Debug, "Kafka: {Message}")]
    private partial void LogClient(string message);

    [LoggerMessage(LogLevel.Information, "Reads {Partitions} of the topic's partitions")]
    private partial void LogAssigned(int partitions);

    [LoggerMessage(LogLevel.Warning, "Calls wait to be kept: {Reason}")]
    private partial void LogRetry(string reason);

    [LoggerMessage(LogLevel.Warning, "The message at {Offset} is no API call; passed over.")]
    private partial void LogUnreadable(string offset);
}
