using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class TrafficFeedTests
{
    private readonly TrafficFeed _feed = new();

    [Fact]
    public void Every_reader_gets_every_request_in_order()
    {
        using var first = _feed.Subscribe()!;
        using var second = _feed.Subscribe()!;

        _feed.Publish(Request(1));
        _feed.Publish(Request(2));

        Assert.Equal([1, 2], ReadIds(first));
        Assert.Equal([1, 2], ReadIds(second));
    }

    [Fact]
    public void A_slow_reader_loses_the_oldest_and_learns_how_many()
    {
        using var reader = _feed.Subscribe()!;

        for (var id = 1; id <= 1_500; id++)
            _feed.Publish(Request(id));

        var ids = ReadIds(reader);
        Assert.Equal(1_500, ids[^1]);
        Assert.Equal(1_500 - ids.Count, reader.TakeLost());
        Assert.Equal(0, reader.TakeLost());
        Assert.Equal(Enumerable.Range(1_500 - ids.Count + 1, ids.Count).Select(id => (long)id), ids);
    }

    [Fact]
    public async Task A_configuration_change_wakes_the_reader_once()
    {
        using var reader = _feed.Subscribe()!;
        Assert.True(reader.TakeConfigurationChange(), "a new reader is owed the configuration");
        var waiting = reader.WaitAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        _feed.PublishConfigurationChange();

        Assert.True(await waiting);
        Assert.True(reader.TakeConfigurationChange());
        Assert.False(reader.TakeConfigurationChange());
        Assert.Empty(ReadIds(reader));
    }

    [Fact]
    public void A_reader_that_left_frees_its_place()
    {
        var readers = Enumerable.Range(0, TrafficFeed.MaxReaders).Select(_ => _feed.Subscribe()!).ToList();
        Assert.Null(_feed.Subscribe());

        readers[0].Dispose();

        Assert.NotNull(_feed.Subscribe());
    }

    private static RoutedRequest Request(long id) =>
        new(id, "user-service", "ctx1", "pod", 200, 1.5, DateTimeOffset.UnixEpoch, null, "0af7651916cd43dd8448eb211c80319c");

    private static List<long> ReadIds(TrafficFeed.Subscription reader)
    {
        var ids = new List<long>();
        while (reader.TryRead(out var request))
            ids.Add(request.Id);

        return ids;
    }
}
