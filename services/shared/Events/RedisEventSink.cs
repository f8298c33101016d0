using System.Threading.Channels;
using MessageBoard.Shared.Sessions;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using Polly;
using StackExchange.Redis;

namespace MessageBoard.Shared.Events;

/// <summary>
/// Keeps the newest API calls in Redis, in a list of all and in one of each user; pings in lists of their own, so that thousands of them
/// push no other call out. They wait in a bounded queue while Redis is away; the oldest give way. What was dropped goes along, into a hash
/// that all processes write to; and where Kafka is off, what statistics need (<see cref="CallCounts"/>).
/// </summary>
public sealed partial class RedisEventSink : BackgroundService
{
    /// <summary>The hash of dropped events: how many since a process has started, by <see cref="CountField"/>.</summary>
    public const string DroppedKey = "api_logs:dropped";

    private const int ListLength = 100;
    private const int QueueLength = 1_000;
    private static readonly TimeSpan UsersListLifetime = SessionStore.Lifetime, StopPatience = TimeSpan.FromSeconds(2);

    // Whatever it is: a failure is said by the health check.
    private static readonly ResiliencePipeline Retry = new ResiliencePipelineBuilder()
        .AddRetry(new()
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
        })
        .Build();

    private readonly Redis _redis;
    private readonly DroppedEvents _dropped;
    private readonly ILogger<RedisEventSink> _logger;
    private readonly Channel<(ApiCall Call, ActivityContext Trace)> _queue;
    private readonly string _process = $"{Guid.NewGuid():N}";
    private readonly bool _counts;

    private long _sent; // how many batches

    /// <summary>Makes the queue.</summary>
    public RedisEventSink(Redis redis, DroppedEvents dropped, IConfiguration configuration, ILogger<RedisEventSink> logger)
    {
        (_redis, _dropped, _logger) = (redis, dropped, logger);
        _counts = !Kafka.IsOn(configuration);
        var options = new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        _queue = Channel.CreateBounded<(ApiCall, ActivityContext)>(options, _ => _dropped.Count(DroppedEvents.Redis));
    }

    /// <summary>The list of the newest calls that are no pings, or of the newest pings, newest first; of one user, or with null of
    /// all.</summary>
    public static string ListKey(string? user, bool pings = false) =>
        $"{(pings ? "api_logs:pings" : "api_logs")}{(user is null ? "" : $":user:{user}")}";

    /// <summary>Why events were dropped, of a field of the hash.</summary>
    public static string CountField(string field) => field[(field.LastIndexOf(':') + 1)..];

    // Tells which batch of this process is in Redis.
    private string SentKey => $"api_logs:sent:{_process}";

    /// <summary>How many wait to be sent.</summary>
    public int Queued => _queue.Reader.Count;

    /// <summary>Puts a call into the queue.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">The span of the request that it tells of; by default the current one.</param>
    public void Offer(ApiCall call, ActivityContext request = default) =>
        _queue.Writer.TryWrite((call, request == default ? BatchTrace.Current : request));

    /// <summary>Sends what is in the queue, then stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await Task.WhenAny(ExecuteTask ?? Task.CompletedTask, Task.Delay(StopPatience, CancellationToken.None));
        if (ExecuteTask is { IsCompletedSuccessfully: false })
            LogNotSent(string.Join(", ", _dropped.Totals.Select(total => $"{total.Key} {total.Value}")));

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var calls = new List<(ApiCall Call, RedisValue Json)>();
        var traces = new List<ActivityContext>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            while (calls.Count < QueueLength && _queue.Reader.TryRead(out var next))
            {
                calls.Add((next.Call, next.Call.ToJson()));
                traces.Add(next.Trace);
            }

            using var trace = BatchTrace.Begin("keep api_logs", traces);
            var again = false;
            _sent++;
            await Retry.ExecuteAsync(async _ =>
            {
                // A frozen Redis did what it was asked as soon as it went on; nobody waited for the answer any more.
                if (again && await _redis.RunAsync(redis => redis.StringGetAsync(SentKey)) == _sent)
                    return;

                again = true;
                await _redis.RunAsync(redis => SendAsync(redis, calls), "MULTI LPUSH");
            }, stoppingToken);
            calls.Clear();
            traces.Clear();
        }
    }

    // All or nothing, unless a key is no list: what Redis says of one command then is no reason to send the others again.
    private async Task<bool> SendAsync(IDatabase redis, List<(ApiCall Call, RedisValue Json)> calls)
    {
        var transaction = redis.CreateTransaction();
        var pushed = calls.GroupBy(call => call.Call.IsPing)
            .Select(kind => (Count: kind.Count(), Task: Push(ListKey(null, kind.Key), kind)))
            .ToList();
        foreach (var own in calls.Where(call => call.Call.User is not null).GroupBy(call => ListKey(call.Call.User, call.Call.IsPing)))
        {
            _ = Push(own.Key, own);
            _ = transaction.KeyExpireAsync(own.Key, UsersListLifetime);
        }

        if (_counts)
            CallCounts.Add(transaction, calls.Select(call => call.Call));

        // The sums since the start, not what was added: sent twice, they are the same.
        if (_dropped.Totals.Select(total => new HashEntry($"{_process}:{total.Key}", total.Value)).ToArray() is { Length: > 0 } totals)
            _ = transaction.HashSetAsync(DroppedKey, totals);

        _ = transaction.StringSetAsync(SentKey, _sent, UsersListLifetime);
        await transaction.ExecuteAsync();
        foreach (var (count, push) in pushed)
        {
            await push.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (push.IsFaulted)
                _dropped.Count(DroppedEvents.Redis, count);
        }

        return true;

        Task Push(string list, IEnumerable<(ApiCall Call, RedisValue Json)> calls)
        {
            var pushing = transaction.ListLeftPushAsync(list, [.. calls.Select(call => call.Json)]);
            _ = transaction.ListTrimAsync(list, 0, ListLength - 1);
            return pushing;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Redis did not take the last calls. Dropped since the start, apart from those: {Totals}")]
    private partial void LogNotSent(string totals);
}
