using MessageBoard.Gateway.Tests.Traffic;
using MessageBoard.Shared.Edges;
using StackExchange.Redis;

namespace MessageBoard.Gateway.Tests.Edges;

/// <summary>What the gateway makes of the processes' reports in a real Redis.</summary>
public sealed class EdgesTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task Reports_of_one_services_pods_in_a_cluster_are_one_edge()
    {
        await TellAsync("message-1", "message-service", "ctx1", new EdgeCalls("user-service", "ctx2", false, 10, 1, Durations(0, 10)));
        await TellAsync("message-2", "message-service", "ctx1", new EdgeCalls("user-service", "ctx2", false, 20, 0, Durations(8, 20)));
        await TellAsync("message-3", "message-service", "ctx2", new EdgeCalls("kafka", null, true, 5, 0, Durations(0, 0)));
        await TellAsync(
            "old", DateTimeOffset.UtcNow - TimeSpan.FromSeconds(20), "log-service", "ctx2",
            new EdgeCalls("mariadb", null, true, 5, 0, Durations(0, 5)));
        JsonElement[] edges = [];

        await Eventually.IsTrueAsync(async () =>
        {
            var answer = await gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic/edges");
            edges = [.. answer.GetProperty("edges").EnumerateArray().Where(edge => From(edge) != "gateway")];
            return edges.Length > 0;
        }, "they are told");

        Assert.Equal(
            [
                """{"from":{"name":"message-service","cluster":"ctx1"},"to":{"name":"user-service","cluster":"ctx2"}"""
                + ""","store":false,"perSecond":30,"errorsPerSecond":1,"p95Ms":4}""",
                """{"from":{"name":"message-service","cluster":"ctx2"},"to":{"name":"kafka","cluster":null}"""
                + ""","store":true,"perSecond":5,"errorsPerSecond":0,"p95Ms":null}""",
            ],
            edges.Select(edge => edge.GetRawText()));
    }

    [Fact]
    public async Task Readers_of_the_stream_are_told_each_second_until_there_is_nothing_any_more()
    {
        await using var events = await EventReader.OpenAsync(gateway.Client);
        await TellAsync("user-1", "user-service", "ctx2", new EdgeCalls("redis", null, true, 3, 0, Durations(0, 3)));

        await events.ReadAsync("edges", data => data.GetProperty("edges").EnumerateArray().Any(edge => From(edge) == "user-service"));
        await gateway.RedisClient.RunUnseenAsync(redis => redis.KeyDeleteAsync(EdgeReport.Key));
        await events.ReadAsync("edges", data => data.GetProperty("edges").GetArrayLength() == 0);
    }

    [Fact]
    public async Task The_gateway_tells_of_its_own_stores()
    {
        await using var events = await EventReader.OpenAsync(gateway.Client);
        await gateway.LogInAsync(isAdmin: false);

        var (_, data) = await events.ReadAsync(
            "edges", data => data.GetProperty("edges").EnumerateArray().Any(edge => From(edge) == "gateway"));

        var own = data.GetProperty("edges").EnumerateArray().Single(edge => From(edge) == "gateway");
        Assert.Equal("redis", own.GetProperty("to").GetProperty("name").GetString());
        Assert.Equal("ctx1", own.GetProperty("from").GetProperty("cluster").GetString());
    }

    private Task<bool> TellAsync(string pod, string service, string cluster, EdgeCalls calls) =>
        TellAsync(pod, DateTimeOffset.UtcNow, service, cluster, calls);

    private Task<bool> TellAsync(string pod, DateTimeOffset time, string service, string cluster, EdgeCalls calls)
    {
        RedisValue report = new EdgeReport(time, 1, service, cluster, [calls]).ToJson();
        return gateway.RedisClient.RunUnseenAsync(redis => redis.HashSetAsync(EdgeReport.Key, pod, report));
    }

    private static string? From(JsonElement edge) => edge.GetProperty("from").GetProperty("name").GetString();

    private static Dictionary<int, int> Durations(int step, int count) => count == 0 ? [] : new() { [step] = count };
}

/// <summary>When the gateway asks Redis, each with a gateway of its own.</summary>
public sealed class EdgesReadingTests : IAsyncLifetime
{
    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Redis_is_asked_while_somebody_reads_and_then_loses_what_is_a_minute_old_or_no_report()
    {
        await _gateway.RedisClient.RunUnseenAsync(redis => redis.HashSetAsync(EdgeReport.Key, "odd", "{"));
        RedisValue old = new EdgeReport(DateTimeOffset.UtcNow - TimeSpan.FromSeconds(70), 1, "log-service", "ctx2", []).ToJson();
        await _gateway.RedisClient.RunUnseenAsync(redis => redis.HashSetAsync(EdgeReport.Key, "gone", old));

        // The gateway's own reports are its clock: three seconds pass.
        var until = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(3);
        await Eventually.IsTrueAsync(async () =>
        {
            await _gateway.RedisClient.RunAsync(redis => redis.PingAsync());
            var own = await _gateway.RedisClient.RunUnseenAsync(redis => redis.HashGetAllAsync(EdgeReport.Key));
            return own.Select(field => EdgeReport.Read((byte[]?)field.Value)).Any(report => report?.Time > until);
        }, "three seconds have passed");
        Assert.All(await AreThereAsync(), Assert.True);

        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await Eventually.IsTrueAsync(async () => (await AreThereAsync()).All(there => !there), "they are deleted");

        Task<bool[]> AreThereAsync() => _gateway.RedisClient.RunUnseenAsync(redis => Task.WhenAll(
            redis.HashExistsAsync(EdgeReport.Key, "odd"), redis.HashExistsAsync(EdgeReport.Key, "gone")));
    }

    [Fact]
    public async Task Without_Redis_they_are_unavailable_and_nothing_else_is()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        _gateway.StopRedis();

        await Eventually.IsTrueAsync(async () =>
        {
            using var edges = await _gateway.Client.GetAsync("/api/traffic/edges");
            return edges.StatusCode == HttpStatusCode.ServiceUnavailable;
        }, "edges are unavailable");
        using var ping = await _gateway.Client.GetAsync("/api/users/ping");
        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
        await events.ReadAsync("request");
    }
}
