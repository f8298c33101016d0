using System.Threading.Channels;
using MessageBoard.Shared.Stores;
using Polly;
using StackExchange.Redis;

namespace MessageBoard.Shared.Events;

/// <summary>
/// Keeps the newest API calls in a Redis list. They wait in a bounded queue while Redis is away; the oldest give way.
/// The counts of dropped events go along, into a hash that all processes add to.
/// </summary>
public sealed class RedisEventSink : BackgroundService
{
    /// <summary>The list of the newest calls, newest first.</summary>
    public const string ListKey = "api_logs";

    /// <summary>The hash of dropped events by sink.</summary>
    public const string DroppedKey = "api_logs:dropped";

    private const int ListLength = 100;
    private const int QueueLength = 1_000;

    // A failure is said by the health check.
    private static readonly ResiliencePipeline Retry = new ResiliencePipelineBuilder()
        .AddRetry(new()
        {
            ShouldHandle = new PredicateBuilder().Handle<StoreUnavailableException>(),
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(5),
            BackoffType = DelayBackoffType.Exponential,
        })
        .Build();

    private readonly Redis _redis;
    private readonly DroppedEvents _dropped;
    private readonly Channel<ApiCall> _queue;

    /// <summary>Makes the queue.</summary>
    public RedisEventSink(Redis redis, DroppedEvents dropped)
    {
        (_redis, _dropped) = (redis, dropped);
        var options = new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        _queue = Channel.CreateBounded<ApiCall>(options, _ => _dropped.CountRedis(1));
    }

    /// <summary>Puts a call into the queue.</summary>
    public void Offer(ApiCall call) => _queue.Writer.TryWrite(call);

    /// <summary>Sends what is in the queue, then stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await Task.WhenAny(ExecuteTask ?? Task.CompletedTask, Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None));
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var calls = new Queue<RedisValue>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            // Of more than the list holds, only the newest would stay: no need to send the others.
            while (_queue.Reader.TryRead(out var call))
            {
                calls.Enqueue(JsonSerializer.SerializeToUtf8Bytes(call, JsonSerializerOptions.Web));
                if (calls.Count > ListLength)
                    calls.Dequeue();
            }

            var dropped = _dropped.Take();
            await Retry.ExecuteAsync(async _ => await _redis.RunAsync(redis => SendAsync(redis, [.. calls], dropped)), stoppingToken);
            calls.Clear();
        }
    }

    private static async Task<bool> SendAsync(IDatabase redis, RedisValue[] calls, (long Redis, long Kafka) dropped)
    {
        var batch = redis.CreateBatch();
        List<Task> answers = [batch.ListLeftPushAsync(ListKey, calls), batch.ListTrimAsync(ListKey, 0, ListLength - 1)];
        if (dropped.Redis > 0)
            answers.Add(batch.HashIncrementAsync(DroppedKey, "redis", dropped.Redis));

        if (dropped.Kafka > 0)
            answers.Add(batch.HashIncrementAsync(DroppedKey, "kafka", dropped.Kafka));

        batch.Execute();
        await Task.WhenAll(answers);
        return true;
    }
}
