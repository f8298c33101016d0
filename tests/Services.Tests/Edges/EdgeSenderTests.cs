using System.Diagnostics;
using MessageBoard.Shared;
using MessageBoard.Shared.Edges;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests.Edges;

/// <summary>How a process's counts come to Redis, a real one that is away, silent, or back.</summary>
public sealed class EdgeSenderTests : IAsyncLifetime
{
    private const string Pod = "message-service-ctx1-1";

    private readonly int _port = Repository.FreePort();
    private readonly OutgoingCalls _calls = new(), _readers = new();
    private readonly Redis _redis, _reader;
    private readonly EdgeSender _sender;
    private TestProcess _server;

    public EdgeSenderTests()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:Redis", $"127.0.0.1:{_port}")]).Build();
        (_redis, _reader, _server) = (new(configuration, _calls), new(configuration, _readers), StartServer());
        _sender = new(_redis, _calls, new ServiceIdentity("message-service", "ctx1", Pod), TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        await Eventually.IsTrueAsync(() => Repository.AnswersAsync(_port), "Redis answers");
        await _sender.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.StopAsync(CancellationToken.None);
        _sender.Dispose();
        _redis.Dispose();
        _reader.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_seconds_calls_are_told_and_then_once_that_there_are_none()
    {
        _calls.Count(CallTarget.Service("user-service", "ctx2"), Stopwatch.GetTimestamp(), failed: false);
        _calls.Count(CallTarget.Service("user-service", "ctx2"), Stopwatch.GetTimestamp(), failed: true);

        var report = await NextAsync(report => report.Calls.Count > 0);

        Assert.Equal(("message-service", "ctx1"), (report.Service, report.Cluster));
        Assert.InRange(report.Seconds, 0.9, 10);
        var row = Assert.Single(report.Calls);
        Assert.Equal(("user-service", "ctx2", false), (row.To, row.Cluster, row.Store));
        Assert.Equal((2, 1, 2), (row.Calls, row.Errors, row.Durations.Values.Sum()));
        await NextAsync(report => report.Calls.Count == 0);
        Assert.False(_calls.Any.IsCompleted, "what it sends is no call");
        Assert.InRange((await _reader.RunUnseenAsync(redis => redis.KeyTimeToLiveAsync(EdgeReport.Key)))!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public async Task What_Redis_does_not_take_is_dropped_and_what_comes_later_arrives()
    {
        _server.Kill();
        _calls.Count(CallTarget.Kafka, Stopwatch.GetTimestamp(), failed: false);
        await Eventually.IsTrueAsync(() => _sender.Dropped >= 2, "a report and the empty one are dropped");

        _server.Dispose();
        _server = StartServer();
        await Eventually.IsTrueAsync(() => Repository.AnswersAsync(_port), "Redis answers");
        _calls.Count(CallTarget.Sqlite, Stopwatch.GetTimestamp(), failed: false);

        Assert.Equal("sqlite", Assert.Single((await NextAsync(report => report.Calls.Count > 0)).Calls).To);
    }

    [Fact]
    public async Task A_frozen_Redis_holds_up_nobody_and_nothing_piles_up()
    {
        _server.Signal("STOP");
        long slowest = 0;
        while (_sender.Dropped < 3)
        {
            var started = Stopwatch.GetTimestamp();
            _calls.Count(CallTarget.Kafka, started, failed: false);
            slowest = Math.Max(slowest, Stopwatch.GetTimestamp() - started);
            await Task.Delay(1);
        }

        Assert.True(slowest < Stopwatch.Frequency / 5, "who counts does not wait for Redis");
        _server.Signal("CONT");

        var report = await NextAsync(report => report.Calls.Count > 0 && report.Time > DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1));
        Assert.InRange(report.Seconds, 0.9, 10);
    }

    private TestProcess StartServer() => new("redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", ""]);

    private async Task<EdgeReport> NextAsync(Func<EdgeReport, bool> condition)
    {
        EdgeReport? report = null;
        await Eventually.IsTrueAsync(async () =>
        {
            try
            {
                var json = await _reader.RunUnseenAsync(redis => redis.HashGetAsync(EdgeReport.Key, Pod));
                return json.HasValue && (report = EdgeReport.Read((byte[]?)json)) is not null && condition(report);
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        }, "a report comes");
        return report!;
    }
}

public sealed class EdgeReportTests
{
    private const string Begin = """{"time":"2026-11-27T09:00:00Z","seconds":1,"service":"a","cluster":"b","calls":""";

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"time":"2026-11-27T09:00:00Z","seconds":0,"service":"a","cluster":"b","calls":[]}""")]
    [InlineData("""{"time":"2026-11-27T09:00:00Z","seconds":1,"service":null,"cluster":"b","calls":[]}""")]
    [InlineData(Begin + "[null]}")]
    [InlineData(Begin + """[{"to":"c","cluster":null,"store":true,"calls":1,"errors":2,"durations":{}}]}""")]
    [InlineData(Begin + """[{"to":"c","cluster":null,"store":true,"calls":1,"errors":0,"durations":{"99":1}}]}""")]
    public void What_is_no_report_is_none(string json) => Assert.Null(EdgeReport.Read(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_report_is_read_as_it_was_written()
    {
        var report = new EdgeReport(
            DateTimeOffset.UtcNow, 1.01, "log-service", "ctx2", [new("kafka", null, true, 3, 1, new Dictionary<int, int> { [-3] = 2 })]);

        Assert.Equivalent(report, EdgeReport.Read(report.ToJson()));
    }
}
