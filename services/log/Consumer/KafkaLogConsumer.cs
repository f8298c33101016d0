using System.Diagnostics;
using Confluent.Kafka;
using MessageBoard.LogService.Calls;
using MessageBoard.Shared;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.LogService.Consumer;

/// <summary>
/// Reads API calls from Kafka into the table <c>kafka_logs</c>. The offset is stored after the insert, and the insert passes
/// over what is there: a call may be read twice, but is kept once. All log-services share the topic as one group. A record that is
/// no call, or that the database refuses, is counted and passed over; nothing but the process's end ends the loop.
/// </summary>
internal sealed partial class KafkaLogConsumer(
    IConfiguration configuration, ServiceIdentity identity, KafkaLogStore store, DroppedEvents dropped, ConsumerLag lag,
    OutgoingCalls calls, TimeProvider clock, ILogger<KafkaLogConsumer> logger)
    : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly TimeSpan
        Poll = TimeSpan.FromMilliseconds(200),
        RetryDelay = TimeSpan.FromSeconds(1),
        StatisticsInterval = TimeSpan.FromSeconds(5),
        TrimInterval = TimeSpan.FromMinutes(1),
        MaxClockSkew = TimeSpan.FromMinutes(5),
        LeavePatience = TimeSpan.FromSeconds(1);

    // Read, and not yet kept. Without a call: there is nothing to keep, or it is kept already.
    private readonly List<Read> _read = new(BatchSize);

    private readonly KafkaTrace _trace = new(identity);

    private long? _trimmed;
    private TopicPartitionOffset? _passed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!Shared.Events.Kafka.IsOn(configuration))
            return;

        while (true)
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A consumer that is of no use any more; the next one reads again what this one has not kept.
                LogRestart(exception);
                Forget();
                await Task.Delay(RetryDelay, clock, stoppingToken);
            }
        }
    }

    private async Task ReadAsync(CancellationToken stoppingToken)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = Shared.Events.Kafka.BootstrapServers(configuration),
            GroupId = identity.Name,
            ClientId = identity.Pod,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            ReconnectBackoffMaxMs = Shared.Events.Kafka.ReconnectBackoffMaxMs,
            // librdkafka commits in the background what has been stored: here nothing waits for a broker.
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = 1_000,
            // The least that brokers allow: the partitions of a process that died wait no longer.
            SessionTimeoutMs = 6_000,
            HeartbeatIntervalMs = 2_000,
            StatisticsIntervalMs = MetricsExport.IsOn(configuration) ? (int)StatisticsInterval.TotalMilliseconds : 0,
        };
        var consumer = new ConsumerBuilder<Ignore, byte[]>(config)
            .SetPartitionsAssignedHandler((_, partitions) => LogAssigned(partitions.Count))
            .SetLogHandler((_, message) => LogClient(message.Message))
            .SetStatisticsHandler((_, statistics) => lag.Take(Shared.Events.Kafka.Topic, statistics))
            .SetErrorHandler((client, error) =>
            {
                LogClient(error.Reason);
                Shared.Events.Kafka.FindBrokersAgain(client, error, configuration);
            })
            .Build();
        try
        {
            consumer.Subscribe(Shared.Events.Kafka.Topic);
            while (true)
            {
                try
                {
                    Fill(consumer);
                    await KeepMeasuredAsync(stoppingToken);
                    var full = _read.Count == BatchSize;
                    Store(consumer);
                    await TrimAsync(stoppingToken);
                    if (!full) // few large inserts, not many small ones
                        await Task.Delay(Poll, clock, stoppingToken);
                }
                catch (StoreUnavailableException exception)
                {
                    LogRetry(exception.InnerException!.Message);
                    await Task.Delay(RetryDelay, clock, stoppingToken);
                }
            }
        }
        finally
        {
            if (stoppingToken.IsCancellationRequested)
                await ReadOnAsync(consumer);

            // Whatever happened: the others get its partitions at once. Frozen brokers, who do not say yes, hold nothing up.
            await Task.WhenAny(Task.Run(() => Leave(consumer), CancellationToken.None), Task.Delay(LeavePatience, CancellationToken.None));
        }
    }

    // Until nothing comes any more: what was sent before this process was told to stop is kept, also where no other is left to do it.
    private async Task ReadOnAsync(IConsumer<Ignore, byte[]> consumer)
    {
        using var patience = new CancellationTokenSource(LeavePatience);
        try
        {
            for (var silent = 0; silent < 2; silent = _read.Count == 0 ? silent + 1 : 0)
            {
                await KeepMeasuredAsync(patience.Token);
                Store(consumer);
                await Task.Delay(Poll / 2, clock, patience.Token);
                Fill(consumer);
            }
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException or KafkaException)
        {
            LogRetry(exception.Message);
        }
    }

    private static void Leave(IConsumer<Ignore, byte[]> consumer)
    {
        using (consumer)
            consumer.Close();
    }

    // What was read before an error stays read. Never waits.
    private void Fill(IConsumer<Ignore, byte[]> consumer)
    {
        var before = _read.Count;
        try
        {
            while (_read.Count < BatchSize && consumer.Consume(TimeSpan.Zero) is { } record)
                _read.Add(Take(record));
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            calls.CountReceived(CallTarget.Kafka, 1, failed: true);
            LogRetry(exception.Error.Reason);
            if (exception.Error.Code is ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.Local_NotImplemented
                or ErrorCode.MsgSizeTooLarge)
                GoPast(consumer, exception.ConsumerRecord.TopicPartitionOffset);
        }

        MessagingMetrics.Consumed(Shared.Events.Kafka.Topic, _read.Count - before);
        calls.CountReceived(CallTarget.Kafka, _read.Count - before);
    }

    // A batch that librdkafka cannot take apart it would fetch again for ever. The error tells its first offset, not its last.
    private void GoPast(IConsumer<Ignore, byte[]> consumer, TopicPartitionOffset bad)
    {
        var next = bad.Offset + 1;
        if (_passed is { } passed && passed.TopicPartition == bad.TopicPartition && passed.Offset >= next)
            next = passed.Offset + 1;

        _passed = new(bad.TopicPartition, next);
        PassOver(bad, "librdkafka cannot read it");
        try
        {
            consumer.Seek(_passed);
        }
        catch (KafkaException exception) when (!exception.Error.IsFatal)
        {
            LogRetry(exception.Error.Reason); // another process has the partition now
        }
    }

    // Anybody may have written to the topic, and anything.
    private Read Take(ConsumeResult<Ignore, byte[]> record)
    {
        Activity? span = null;
        string? problem;
        try
        {
            span = _trace.Start(record);
            if (ApiCall.Read(record.Message.Value, out problem) is { } call)
            {
                if (clock.GetUtcNow() - call.Time is var age && age <= KafkaLogStore.Kept && age >= -MaxClockSkew)
                    return new(record.TopicPartitionOffset, call, span);

                problem = "it did not end today";
            }
        }
        catch (Exception exception)
        {
            problem = exception.GetType().Name;
        }

        PassOver(record.TopicPartitionOffset, problem!);
        KafkaTrace.Fail(span, "unreadable");
        return new(record.TopicPartitionOffset, null, null);
    }

    private async Task KeepMeasuredAsync(CancellationToken cancellationToken)
    {
        if (_read.Count == 0)
            return;

        var started = Stopwatch.GetTimestamp();
        try
        {
            await KeepAsync(cancellationToken);
            MessagingMetrics.Processed(Shared.Events.Kafka.Topic, started, null);
        }
        catch (StoreUnavailableException failure)
        {
            MessagingMetrics.Processed(Shared.Events.Kafka.Topic, started, failure.InnerException!.GetType().FullName);
            throw;
        }
    }

    // All at once; if the database refuses that, one by one, so that a bad one keeps none of the others out.
    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var calls = _read.Select(read => read.Call).OfType<ApiCall>().ToList();
        try
        {
            using var batch = BatchTrace.Begin("keep kafka_logs", calls.Count, [.. _read.Select(read => read.Span).OfType<Activity>()]);
            await store.AddAsync(calls, cancellationToken);
        }
        catch (StoreUnavailableException refusal) when (refusal.IsRefusal)
        {
            for (var i = 0; i < _read.Count; i++)
            {
                if (_read[i] is not { Call: { } call } read)
                    continue;

                try
                {
                    using var one = BatchTrace.Begin("keep kafka_logs", 1, read.Span is { } span ? [span] : []);
                    await store.AddAsync([call], cancellationToken);
                }
                catch (StoreUnavailableException again) when (again.IsRefusal)
                {
                    PassOver(read.Offset, "the database refuses it");
                    KafkaTrace.Fail(read.Span, "refused");
                }

                read.Span?.Stop();
                _read[i] = new(read.Offset, null, null);
            }
        }
    }

    private void Store(IConsumer<Ignore, byte[]> consumer)
    {
        foreach (var read in _read)
            read.Span?.Stop(); // its row is kept

        foreach (var read in _read.Select(read => read.Offset).GroupBy(offset => offset.TopicPartition))
        {
            try
            {
                consumer.StoreOffset(new TopicPartitionOffset(read.Key, read.Last().Offset + 1));
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal)
            {
                LogRetry(exception.Error.Reason); // another process has the partition now, and reads them again
            }
        }

        _read.Clear();
    }

    // A little at a time: while many have to go, others come.
    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        var isDue = _trimmed is not { } last || clock.GetElapsedTime(last) > TrimInterval;
        if (isDue && !await store.TrimAsync(cancellationToken))
            _trimmed = clock.GetTimestamp();
    }

    private void PassOver(TopicPartitionOffset offset, string problem)
    {
        dropped.Count(DroppedEvents.Unreadable);
        LogUnreadable(offset.ToString(), problem);
    }

    // Another consumer reads them again.
    private void Forget()
    {
        foreach (var read in _read)
            KafkaTrace.Fail(read.Span, "restart");

        _read.Clear();
    }

    private readonly record struct Read(TopicPartitionOffset Offset, ApiCall? Call, Activity? Span);

    [LoggerMessage(LogLevel.Debug, "Kafka: {Message}")]
    private partial void LogClient(string message);

    [LoggerMessage(LogLevel.Information, "Reads {Partitions} of the topic's partitions")]
    private partial void LogAssigned(int partitions);

    [LoggerMessage(LogLevel.Warning, "Calls wait to be kept: {Reason}")]
    private partial void LogRetry(string reason);

    [LoggerMessage(LogLevel.Error, "The consumer of calls begins anew")]
    private partial void LogRestart(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The record at {Offset} is passed over: {Problem}.")]
    private partial void LogUnreadable(string offset, string problem);
}
