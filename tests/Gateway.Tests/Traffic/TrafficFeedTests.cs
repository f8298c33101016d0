using System.Net.ServerSentEvents;
using System.Text;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Gateway.Traffic;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class TrafficFeedTests : IDisposable
{
    private readonly TrafficFeed _feed;
    private Func<MeshConfiguration> _configuration = () => new([], [], []);

    public TrafficFeedTests() => _feed = new(() => _configuration(), TimeProvider.System, NullLogger<TrafficFeed>.Instance);

    public void Dispose() => _feed.Dispose();

    [Fact]
    public async Task Every_reader_gets_every_request_in_order_written_once_for_all()
    {
        using var first = _feed.Subscribe();
        using var second = _feed.Subscribe();

        _feed.Publish(Request(1));
        _feed.Publish(Request(2));

        var read = await ReadAsync(first, 2);
        Assert.Equal([1, 2], Ids(read));
        Assert.All(read.Zip(await ReadAsync(second, 2)), pair => Assert.Same(pair.First, pair.Second));
    }

    [Fact]
    public async Task What_was_before_is_none_of_a_readers_business()
    {
        using var first = _feed.Subscribe();
        _feed.Publish(Request(1));
        using var second = _feed.Subscribe();
        _feed.Publish(Request(2));

        Assert.Equal([2], Ids(await ReadAsync(second, 1)));
        Assert.Equal([1, 2], Ids(await ReadAsync(first, 2)));
    }

    [Fact]
    public async Task A_slow_reader_loses_the_oldest_and_learns_how_many()
    {
        const int Requests = 10_000;
        using var slow = _feed.Subscribe();
        for (var id = 1; id <= Requests; id++)
            _feed.Publish(Request(id));

        var read = new List<byte[]>();
        await Eventually.IsTrueAsync(
            () =>
            {
                while (slow.TryRead(out var events))
                    read.Add(events);

                return Ids(read).LastOrDefault() == Requests;
            },
            "the last request");

        var ids = Ids(read);
        var lost = Assert.Single(Events(read), item => item.EventType == "lost");
        Assert.Equal(Requests - ids.Count, JsonDocument.Parse(lost.Data).RootElement.GetProperty("count").GetInt32());
        Assert.Equal(Enumerable.Range(Requests - ids.Count + 1, ids.Count).Select(id => (long)id), ids);
        Assert.InRange(read.Sum(events => events.Length), 900_000, 1_200_000);
    }

    [Fact]
    public async Task A_configuration_change_is_told_to_all_that_read()
    {
        using var reader = _feed.Subscribe();
        Assert.False(reader.TryRead(out _));
        var news = reader.News;
        Assert.False(news.IsCompleted);

        _feed.PublishConfigurationChange();

        await news.WaitAsync(TimeSpan.FromSeconds(100));
        Assert.True(reader.TryRead(out var events));
        Assert.Equal("configuration", Assert.Single(Events([events])).EventType);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_told_costs_nobody_the_requests()
    {
        using var reader = _feed.Subscribe();
        _configuration = () => throw new InvalidOperationException("broken");

        _feed.PublishConfigurationChange();
        _feed.Publish(Request(1));

        Assert.Equal([1], Ids(await ReadAsync(reader, 1)));
        Assert.Empty(reader.ReadConfiguration());
    }

    [Fact]
    public void Silence_is_filled_before_a_proxy_takes_it_for_the_end()
    {
        var clock = new FakeTimeProvider();
        using var feed = new TrafficFeed(_configuration, clock, NullLogger<TrafficFeed>.Instance);
        using var reader = feed.Subscribe();
        for (var i = 0; i < 3; i++)
        {
            Assert.False(reader.TryRead(out _));
            clock.Advance(TimeSpan.FromSeconds(15));
            Assert.True(reader.TryRead(out var events));
            Assert.StartsWith(": ", Encoding.UTF8.GetString(events));
        }
    }

    private static RoutedRequest Request(long id) =>
        new(id, "user-service", "ctx1", "pod", 200, 1.5, DateTimeOffset.UnixEpoch, null, "0af7651916cd43dd8448eb211c80319c", Traced: true);

    private static async Task<List<byte[]>> ReadAsync(TrafficFeed.Subscription reader, int requests)
    {
        var read = new List<byte[]>();
        while (Ids(read).Count < requests)
        {
            if (reader.TryRead(out var events))
                read.Add(events);
            else
                await reader.News.WaitAsync(TimeSpan.FromSeconds(100));
        }

        return read;
    }

    private static List<long> Ids(IEnumerable<byte[]> read) => [.. Events(read)
        .Where(item => item.EventType == "request").Select(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("id").GetInt64())];

    private static IEnumerable<SseItem<string>> Events(IEnumerable<byte[]> read) =>
        SseParser.Create(new MemoryStream([.. read.SelectMany(events => events)])).Enumerate();
}
