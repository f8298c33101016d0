using System.Text.Json;
using System.Threading.Channels;
using MessageBoard.Shared.Stores;

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
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100), LastDelay = TimeSpan.FromSeconds(5);

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
        var delay = FirstDelay;
        var batch = new List<object>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            // Of more than the list holds, only the newest would stay: no need to send the others.
            while (_queue.Reader.TryRead(out var call))
            {
                batch.Add(JsonSerializer.Serialize(call, JsonSerializerOptions.Web));
                if (batch.Count > ListLength)
                    batch.RemoveAt(0);
            }

            while (!await TrySendAsync(batch))
            {
                await Task.Delay(delay, stoppingToken);
                delay = delay * 2 < LastDelay ? delay * 2 : LastDelay;
            }

            delay = FirstDelay;
            batch.Clear();
        }
    }

    private async Task<bool> TrySendAsync(List<object> batch)
    {
        try
        {
            await _redis.ExecuteAsync("LPUSH", [ListKey, .. batch]);
            await _redis.ExecuteAsync("LTRIM", ListKey, 0, ListLength - 1);
            await ReportDroppedAsync();
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false; // said by the health check and the commands' spans; tried again
        }
    }

    private async Task ReportDroppedAsync()
    {
        var (redis, kafka) = _dropped.Take();
        if (redis > 0)
            await _redis.ExecuteAsync("HINCRBY", DroppedKey, "redis", redis);

        if (kafka > 0)
            await _redis.ExecuteAsync("HINCRBY", DroppedKey, "kafka", kafka);
    }
}
