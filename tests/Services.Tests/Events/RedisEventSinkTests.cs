using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace MessageBoard.Services.Tests.Events;

/// <summary>What is in Redis when it was frozen, and when a key is not what it should be. On redis-server and on Garnet.</summary>
public sealed class RedisEventSinkTests : IAsyncDisposable
{
    private readonly int _port = Repository.FreePort();
    private readonly DroppedEvents _dropped = new();
    private readonly Redis _redis;
    private readonly RedisEventSink _sink;
    private TestProcess? _server;

    public RedisEventSinkTests()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:Redis", $"127.0.0.1:{_port}")]).Build();
        _redis = new(configuration, new());
        _sink = new(_redis, _dropped, configuration, NullLogger<RedisEventSink>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _sink.StopAsync(CancellationToken.None);
        _sink.Dispose();
        _redis.Dispose();
        _server?.Dispose();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_batch_whose_answer_did_not_come_is_in_the_lists_once(bool garnet)
    {
        await StartAsync(garnet);
        await OfferedAsync(1, "ann");
        _server!.Signal("STOP");
        _dropped.Count(DroppedEvents.Kafka, 3);
        for (var i = 2; i <= 20; i++)
            _sink.Offer(Call(i, "ann"));

        await Task.Delay(2_500); // two answers did not come
        _server.Signal("CONT");

        await OfferedAsync(21, "ann");
        Assert.Equal(Enumerable.Range(1, 21).Select(Id), (await IdsAsync(null)).Order());
        Assert.Equal(Enumerable.Range(1, 21).Select(Id), (await IdsAsync("ann")).Order());
        Assert.Equal(3, await DroppedAsync(DroppedEvents.Kafka));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_key_of_another_kind_doubles_nothing_and_loses_no_count(bool garnet)
    {
        await StartAsync(garnet);
        await _redis.RunAsync(redis => redis.StringSetAsync(RedisEventSink.DroppedKey, "junk"));
        _dropped.Count(DroppedEvents.Kafka, 3);
        await OfferedAsync(1, null);
        await OfferedAsync(2, null);

        await _redis.RunAsync(redis => redis.KeyDeleteAsync(RedisEventSink.DroppedKey));
        await OfferedAsync(3, null);
        Assert.Equal([Id(3), Id(2), Id(1)], await IdsAsync(null));
        Assert.Equal(3, await DroppedAsync(DroppedEvents.Kafka));

        await _redis.RunAsync(redis => redis.StringSetAsync(RedisEventSink.ListKey(null), "junk"));
        _sink.Offer(Call(4, null));
        await Eventually.IsTrueAsync(() => _dropped.Totals.Any(total => total is { Key: DroppedEvents.Redis, Value: 1 }), "it is counted");
        await _redis.RunAsync(redis => redis.KeyDeleteAsync(RedisEventSink.ListKey(null)));
        await OfferedAsync(5, null);
        Assert.Equal([Id(5)], await IdsAsync(null));
        Assert.Equal(1, await DroppedAsync(DroppedEvents.Redis));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task The_lists_have_the_newest_100_of_all_and_of_each_user(bool garnet)
    {
        await StartAsync(garnet);
        await OfferedAsync(1, "ann");
        for (var i = 2; i <= 300; i++)
            _sink.Offer(Call(i, "bob"));

        await OfferedAsync(301, "bob");
        Assert.Equal(100, (await IdsAsync(null)).Count);
        Assert.Equal(100, (await IdsAsync("bob")).Count);
        Assert.Equal([Id(1)], await IdsAsync("ann"));
        var life = await _redis.RunAsync(redis => redis.KeyTimeToLiveAsync(RedisEventSink.ListKey("ann")));
        Assert.InRange(life!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    private async Task StartAsync(bool garnet)
    {
        _server = garnet
            ? await Garnet.StartAsync(_port)
            : new("redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", ""]);
        await Eventually.IsTrueAsync(async () => (await _redis.CheckHealthAsync(new())).Status == HealthStatus.Healthy, "Redis answers");
        await _sink.StartAsync(CancellationToken.None);
    }

    private async Task OfferedAsync(int number, string? user)
    {
        _sink.Offer(Call(number, user));
        await Eventually.IsTrueAsync(async () =>
        {
            try
            {
                return (await IdsAsync(null)).Contains(Id(number));
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        }, $"call {number} is in the list");
    }

    private async Task<List<string>> IdsAsync(string? user) =>
        [.. (await _redis.RunAsync(redis => redis.ListRangeAsync(RedisEventSink.ListKey(user))))
            .Select(json => ApiCall.Read((byte[]?)json, out _)!.Id)];

    private async Task<long> DroppedAsync(string why) =>
        (await _redis.RunAsync(redis => redis.HashGetAllAsync(RedisEventSink.DroppedKey)))
            .Where(count => RedisEventSink.CountField(count.Name!) == why).Sum(count => (long)count.Value);

    private static ApiCall Call(int number, string? user) =>
        new(Id(number), DateTimeOffset.UtcNow, user, "GET", "/", "/", 200, 1, "service", "ctx1", "pod", Id(0));

    private static string Id(int number) => $"{number:x32}";
}
