using MessageBoard.Gateway.Traffic;
using MessageBoard.Shared.Edges;
using MessageBoard.Shared.Stores;
using StackExchange.Redis;

namespace MessageBoard.Gateway.Edges;

/// <summary>
/// Reads from Redis what the processes of both clusters have called, once a second for as long as somebody reads the event stream, and
/// makes it the state <c>edges</c>. Safe for concurrent use.
/// </summary>
internal sealed class EdgeReader : BackgroundService
{
    private static readonly TimeSpan
        Interval = TimeSpan.FromSeconds(1), // as often as they are sent
        Fresh = Interval * 0.9,
        Told = TimeSpan.FromSeconds(5),
        Kept = TimeSpan.FromMinutes(1);

    private static readonly EdgeList Unknown = new([]);

    private readonly Redis _redis;
    private readonly TrafficFeed _feed;
    private readonly TimeProvider _clock;
    private readonly TrafficFeed.State _state;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private (EdgeList List, long ReadAt)? _last;

    public EdgeReader(Redis redis, TrafficFeed feed, TimeProvider clock)
    {
        (_redis, _feed, _clock) = (redis, feed, clock);
        _state = feed.AddState("edges", () => Last(Told) ?? Unknown, EdgesJson.Default.EdgeList);
    }

    /// <summary>The edges of this moment; Redis is asked once a second at most, however many ask here.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<EdgeList> ReadAsync(CancellationToken cancellationToken)
    {
        if (Last(Fresh) is { } fresh)
            return fresh;

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Last(Fresh) is { } meanwhile)
                return meanwhile;

            var list = await AskAsync();
            Set(list);
            return list;
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _feed.WhenReadAsync(stoppingToken);
            var before = Last(Told) ?? Unknown;
            var now = Unknown;
            try
            {
                now = await ReadAsync(stoppingToken);
            }
            catch (StoreUnavailableException)
            {
                Set(null);
            }

            if (before.Edges.Count + now.Edges.Count > 0)
                _state.Change();

            await Task.Delay(Interval, _clock, stoppingToken);
        }
    }

    private EdgeList? Last(TimeSpan maxAge)
    {
        lock (_gate)
            return _last is var (list, readAt) && _clock.GetElapsedTime(readAt) < maxAge ? list : null;
    }

    private void Set(EdgeList? list)
    {
        lock (_gate)
            _last = list is null ? null : (list, _clock.GetTimestamp());
    }

    // What a process sends is newest when it comes; clocks that are further apart than reports are told lose them.
    private async Task<EdgeList> AskAsync()
    {
        var now = _clock.GetUtcNow();
        var fields = await _redis.RunUnseenAsync(redis => redis.HashGetAllAsync(EdgeReport.Key));
        var reports = fields.Select(field => (field.Name, Report: EdgeReport.Read((byte[]?)field.Value))).ToList();
        RedisValue[] old = [.. reports.Where(field => field.Report is null || AgeOf(field.Report) > Kept).Select(field => field.Name)];
        if (old.Length > 0)
            await _redis.RunUnseenAsync(redis => redis.HashDeleteAsync(EdgeReport.Key, old));

        return new(EdgeTable.Of(reports.Select(field => field.Report).OfType<EdgeReport>().Where(report => AgeOf(report) <= Told)));

        TimeSpan AgeOf(EdgeReport report) => (now - report.Time).Duration();
    }
}
