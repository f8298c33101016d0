using Confluent.Kafka;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace MessageBoard.Services.Tests.Api;

/// <summary>What of the calls is shown, and how they are counted: calls as services and the gateway send them.</summary>
public abstract class CallFilterTests(Board board) : BoardTests(board)
{
    private const string Message = "/api/messages", Ping = "/api/users/ping";

    private static DateTimeOffset _last;

    [Theory]
    [InlineData("service=User", "service")]
    [InlineData("service=", "service")]
    [InlineData("cluster=ctx1%27", "cluster")]
    [InlineData("level=fatal", "level")]
    [InlineData("level=", "level")]
    [InlineData("traceId=123", "traceId")]
    [InlineData("traceId=0123456789abcdef0123456789abcdeg", "traceId")]
    [InlineData("pings=no", "pings")]
    public async Task What_is_no_filter_is_refused_by_name(string query, string field)
    {
        var (_, cookie) = await Board.NewUserAsync();
        foreach (var log in (string[])["redis", "kafka"])
        {
            using var response = await Logs.SendAsync(HttpMethod.Get, $"/api/logs/{log}?{query}", cookie);
            await response.IsProblemAsync(HttpStatusCode.BadRequest, field);
        }
    }

    [Fact]
    public async Task Both_logs_show_what_is_asked_for_and_who_answered()
    {
        var (name, cookie) = await Board.NewUserAsync();
        var (ok, warn) = (Call(name, 200), Call(name, 404, service: "user-service"));
        var (mesh, ping) = (ByMesh(Call(name, 503)), Call(name, 200, Ping));
        await SendAsync([ok, warn, mesh, ping, Call("another user", 500)]);

        var admin = await Board.LogInAsync("admin", Board.AdminPassword);
        foreach (var log in (string[])["redis", "kafka"])
        {
            // The admin waits, as each look is a call too, and 50 of the user's would push these four out of the newest.
            foreach (var call in (ApiCall[])[ok, warn, mesh, ping])
            {
                await Eventually.IsTrueAsync(
                    async () => await ItemsAsync(log, $"traceId={call.TraceId}", admin) is [_], $"{log} has {call.Path} {call.Status}");
            }

            Assert.Equal([ok, warn, mesh, ping], await ReadAsync(log, ""));
            Assert.Equal([ok, warn, mesh], await ReadAsync(log, "pings=false"));
            Assert.Equal([warn, mesh], await ReadAsync(log, "level=warn"));
            Assert.Equal([mesh], await ReadAsync(log, "level=error"));
            Assert.Equal([warn], await ReadAsync(log, "service=user-service"));
            Assert.Equal([ok, warn, ping], await ReadAsync(log, "cluster=ctx1"));
            Assert.Equal([warn], await ReadAsync(log, $"traceId={warn.TraceId.ToUpperInvariant()}"));
            Assert.Empty(await ReadAsync(log, $"traceId={warn.TraceId}&level=error"));
        }

        // Of the calls that this test has sent.
        async Task<IEnumerable<ApiCall>> ReadAsync(string log, string query) => (await ItemsAsync(log, query, cookie))
            .Where(call => call.Pod is null or "filtered").OrderBy(call => call.Time)
            .Select(call => call with { Time = Truncated(call.Time) });

        async Task<List<ApiCall>> ItemsAsync(string log, string query, string reader) =>
            (await Logs.JsonAsync($"/api/logs/{log}?{query}", reader)).GetProperty("items")
                .Deserialize<List<ApiCall>>(JsonSerializerOptions.Web)!;
    }

    [Fact]
    public async Task A_posted_message_is_found_after_4000_pings_of_its_sender_and_of_others()
    {
        var (name, cookie) = await Board.NewUserAsync();
        var admin = await Board.LogInAsync("admin", Board.AdminPassword);
        var post = Call(name, 201);
        var pings = Enumerable.Range(0, 4_000).Select(i => Call(i % 2 == 0 ? name : null, 200, Ping)).ToList();
        await SendAsync([post, .. pings]);

        foreach (var log in (string[])["redis", "kafka"])
        {
            foreach (var reader in (string[])[cookie, admin])
            {
                await Eventually.IsTrueAsync(
                    async () => (await Logs.JsonAsync($"/api/logs/{log}?pings=false&service=message-service", reader)).GetRawText()
                        .Contains(post.Id, StringComparison.Ordinal),
                    $"the post is in {log}");
            }
        }

        Assert.Contains(pings[^2].Id, (await Logs.JsonAsync("/api/logs/redis", cookie)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_count_what_the_mesh_answered_and_leave_pings_out_where_asked()
    {
        var (name, cookie) = await Board.NewUserAsync();
        await SendAsync([
            Call(name, 200), Call(name, 500), ByMesh(Call(name, 503)), ByMesh(Call(name, 503)), ByMesh(Call(name, 404)),
            .. Enumerable.Range(0, 40).Select(_ => ByMesh(Call(name, 503, Ping))),
        ]);

        JsonElement stats = default;
        await Eventually.IsTrueAsync(
            async () => (stats = await Logs.JsonAsync("/api/logs/stats", cookie)).GetProperty("windows")[0]
                .GetProperty("meshErrors").GetInt64() == 42,
            "all are counted");
        Assert.Equal("kafka", stats.GetProperty("source").GetString());
        Assert.Equal(43, stats.GetProperty("windows")[0].GetProperty("errors").GetInt64());

        var window = (await Logs.JsonAsync("/api/logs/stats?pings=false", cookie)).GetProperty("windows")[0];
        Assert.Equal((3, 2), (window.GetProperty("errors").GetInt64(), window.GetProperty("meshErrors").GetInt64()));
        Assert.DoesNotContain("ping", window.GetRawText(), StringComparison.Ordinal);

        using var refused = await Logs.SendAsync(HttpMethod.Get, "/api/logs/stats?pings=few", cookie);
        await refused.IsProblemAsync(HttpStatusCode.BadRequest, "pings");
    }

    [Fact]
    public async Task Without_Kafka_statistics_are_counted_from_Redis()
    {
        var (name, cookie) = await Board.NewUserAsync();
        var port = Repository.FreePort();
        using var service = Board.Launch("log-service", port, new Dictionary<string, string> { ["Kafka__BootstrapServers"] = "" });
        using var logs = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        var old = DateTimeOffset.UtcNow.AddMinutes(-10);
        await SendAsync([
            .. Enumerable.Range(0, 100).Select(i => Call(name, 200) with { DurationMs = i < 94 ? 10 : 1_000 }),
            Call(name, 500), ByMesh(Call(name, 503)),
            .. Enumerable.Range(0, 60).Select(_ => Call(name, 200, Ping) with { DurationMs = 0 }),
            Call(name, 200, "/api/messages/search") with { Time = old },
            Call(name, 200) with { Time = old.AddMinutes(-30) },
            Call(null, 200),
        ]);

        await Eventually.IsTrueAsync(() => Repository.AnswersAsync(port), "log-service answers");
        var stats = await logs.JsonAsync("/api/logs/stats?pings=false", cookie);
        Assert.Equal("redis", stats.GetProperty("source").GetString());
        var window = stats.GetProperty("windows")[0];
        Assert.Equal(
            (102, 2, 1, 20.4),
            (window.GetProperty("requests").GetInt64(), window.GetProperty("errors").GetInt64(),
                window.GetProperty("meshErrors").GetInt64(), window.GetProperty("requestsPerMinute").GetDouble()));
        Assert.InRange(window.GetProperty("p95Ms").GetDouble(), 1_000, 1_200);
        Assert.Equal("""[{"path":"/api/messages","requests":102}]""", window.GetProperty("paths").GetRawText());
        var requests = stats.GetProperty("windows").EnumerateArray().Select(each => each.GetProperty("requests").GetInt64());
        Assert.Equal([102, 103, 103], requests);

        // Of the asking too.
        window = (await logs.JsonAsync("/api/logs/stats", cookie)).GetProperty("windows")[0];
        Assert.InRange(window.GetProperty("requests").GetInt64(), 162, 163);
        Assert.InRange(window.GetProperty("p95Ms").GetDouble(), 10, 12);
        Assert.False((await logs.JsonAsync("/api/logs/kafka", cookie)).GetProperty("available").GetBoolean());
    }

    // As a service does it: to Redis, with its counts, and to Kafka.
    private async Task SendAsync(IReadOnlyList<ApiCall> calls)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:Redis", Board.Stores.Environment["ConnectionStrings__Redis"])]).Build();
        using var redis = new Redis(configuration, new());
        using var sink = new RedisEventSink(redis, new(), configuration, NullLogger<RedisEventSink>.Instance);
        await sink.StartAsync(CancellationToken.None);
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = Board.Brokers }).Build();
        foreach (var chunk in calls.Chunk(900)) // less than the sink's queue
        {
            foreach (var call in chunk)
            {
                sink.Offer(call);
                producer.Produce(Shared.Events.Kafka.Topic, new() { Key = call.User ?? call.TraceId, Value = call.ToJson() });
            }

            await Eventually.IsTrueAsync(() => HasAsync(chunk[^1]), "Redis has them");
        }

        producer.Flush();
        await sink.StopAsync(CancellationToken.None);

        async Task<bool> HasAsync(ApiCall call)
        {
            try
            {
                var list = RedisEventSink.ListKey(null, call.IsPing);
                return await redis.RunAsync(redis => redis.ListPositionAsync(list, call.ToJson())) >= 0;
            }
            catch (StoreUnavailableException)
            {
                return false; // on a loaded machine
            }
        }
    }

    // Each a millisecond later than the one before at least, so that there is an order.
    private static ApiCall Call(string? user, int status, string path = Message, string service = "message-service") => new(
        $"{Guid.NewGuid():N}", NextTime(), user, "POST", path, path, status, 1, service, "ctx1", "filtered", $"{Guid.NewGuid():N}");

    private static DateTimeOffset NextTime()
    {
        var now = Truncated(DateTimeOffset.UtcNow);
        return _last = now > _last ? now : _last.AddMilliseconds(1);
    }

    private static ApiCall ByMesh(ApiCall call) => call with { Cluster = null, Pod = null, AnsweredBy = ApiCall.ByMesh, Flags = "UF,URX" };

    // As the table has it.
    private static DateTimeOffset Truncated(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedCallFilterTests(EmbeddedBoard board) : CallFilterTests(board);

[Collection(Boards.Servers)]
public sealed class ServerCallFilterTests(ServerBoard board) : CallFilterTests(board);
