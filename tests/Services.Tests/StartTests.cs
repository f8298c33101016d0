using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Services.Tests;

/// <summary>How processes start, and what they send out while they run.</summary>
public sealed class StartTests
{
    [Fact]
    public Task Six_processes_at_once_make_one_schema_and_one_admin_in_MariaDB() =>
        WithAsync(new ServerBoard(), board =>
        {
            var other = board.Stores.Environment["ConnectionStrings__MariaDb"].Replace("Database=messageboard", "Database=race");
            return SixStartAsync(board, new Dictionary<string, string> { ["ConnectionStrings__MariaDb"] = other });
        });

    [Fact]
    public Task Six_processes_at_once_make_one_schema_and_one_admin_in_SQLite() =>
        WithAsync(new EmbeddedBoard(), board =>
        {
            var other = Path.Combine(Path.GetDirectoryName(board.AdminPasswordFile)!, "race.db");
            return SixStartAsync(board, new Dictionary<string, string> { ["ConnectionStrings__Sqlite"] = $"Data Source={other}" });
        });

    [Fact]
    public Task Traces_metrics_and_logs_go_out_by_otlp_and_one_trace_runs_through_Kafka() => WithAsync(new EmbeddedBoard(), async board =>
    {
        await using var collector = await Collector.StartAsync();
        var otlp = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        };
        foreach (var service in (string[])["user-service", "message-service", "log-service"])
        {
            board.Start(service, otlp);
            await board.ReadyAsync(service);
        }

        var (_, cookie) = await board.NewUserAsync();
        var trace = $"{Guid.NewGuid():N}";
        using var messages = board.Client("message-service");
        await messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = "traced" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/messages");
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using var response = await messages.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        // Protobuf carries ids as bytes and names as UTF-8: both can be looked for as they are.
        await Eventually.IsTrueAsync(() => collector.Received("/v1/metrics") && collector.Received("/v1/logs"), "metrics and logs arrive");
        foreach (var (service, span) in ((string, string)[])
            [
                ("message-service", "GET /api/messages"), ("message-service", "GETEX"), ("message-service", "SELECT"),
                ("message-service", "send api-stats"), ("user-service", "SELECT"), ("log-service", "process api-stats"),
            ])
        {
            await Eventually.IsTrueAsync(() => collector.HasSpan(service, span, trace), $"{service}'s span '{span}' arrives in the trace");
        }

        Assert.False(collector.Received("/v1/traces", "session:"), "no key of Redis goes out");
    });

    [Fact]
    public Task A_healthy_start_in_a_pod_has_nothing_to_warn_of() => WithAsync(new EmbeddedBoard(), async board =>
    {
        foreach (var program in (string[])["user-service", "message-service", "log-service", "gateway"])
        {
            var port = Repository.FreePort();
            using var process = board.Launch(program, port, new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = "",
                ["ASPNETCORE_HTTP_PORTS"] = $"{port}", // the image has it too, with another value
                ["DOTNET_RUNNING_IN_CONTAINER"] = "true",
                ["HOME"] = "/nowhere",
                ["WarmUp"] = "true",
            });
            using var client = new HttpClient();
            await Eventually.IsTrueAsync(() => Board.IsReadyAsync(client, port), $"{program} is ready");

            Assert.Equal([], process.Output.Where(line => Regex.IsMatch(line, "\"level\":\"(Warning|Error|Critical)\"")));
        }
    });

    [Theory]
    [InlineData("user-service")]
    [InlineData("message-service")]
    [InlineData("log-service")]
    public Task A_service_asks_itself_before_it_is_ready_unheard(string service) => WithAsync(new ServerBoard(), async board =>
    {
        var port = Repository.FreePort();
        using var process = board.Launch(service, port, new Dictionary<string, string> { ["WarmUp"] = "true" });
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        await Eventually.IsTrueAsync(() => Board.IsReadyAsync(client, port), "it is ready");

        var ready = await client.GetStringAsync("/healthz/ready");
        Assert.Contains("warm-up", ready, StringComparison.Ordinal);
        Assert.DoesNotContain(process.Output, line => line.Contains("will be slow", StringComparison.Ordinal));
        Assert.DoesNotContain(process.Output, line => line.Contains("/api/", StringComparison.Ordinal));
    });

    [Fact]
    public Task Without_Redis_a_service_cannot_ask_itself_and_is_ready_nevertheless() => WithAsync(new ServerBoard(), async board =>
    {
        board.Stores.StopRedis();
        var port = Repository.FreePort();
        using var process = board.Launch("message-service", port, new Dictionary<string, string> { ["WarmUp"] = "true" });
        using var client = new HttpClient();
        await Eventually.IsTrueAsync(() => Board.IsReadyAsync(client, port), "it is ready");

        Assert.Contains(process.Output, line => line.Contains("The first requests will be slow: Redis", StringComparison.Ordinal));
    });

    private static async Task WithAsync(Board board, Func<Board, Task> test)
    {
        await board.InitializeAsync();
        try
        {
            await test(board);
        }
        finally
        {
            await board.DisposeAsync();
        }
    }

    private static async Task SixStartAsync(Board board, IReadOnlyDictionary<string, string> more)
    {
        var started = Enumerable.Range(0, 6).Select(_ => Repository.FreePort()).Distinct()
            .Select(port => (Port: port, Process: board.Launch("user-service", port, more))).ToList();
        try
        {
            using var client = new HttpClient();
            foreach (var (port, process) in started)
            {
                await Eventually.IsTrueAsync(async () =>
                {
                    Assert.False(process.HasExited, string.Join('\n', process.Output));
                    return await Board.IsReadyAsync(client, port);
                }, "all are ready");
            }
        }
        finally
        {
            started.ForEach(one => one.Process.Dispose());
        }
    }

    /// <summary>Takes OTLP over HTTP and keeps what it was sent.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentQueue<(string Path, string Hex)> _received = [];

        private Collector(WebApplication app) => _app = app;

        public string Address { get; private set; } = "";

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            collector._app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector._received.Enqueue((context.Request.Path, Convert.ToHexStringLower(body.ToArray())));
                context.Response.ContentType = "application/x-protobuf";
            });
            await collector._app.StartAsync();
            collector.Address = collector._app.Urls.Single();
            return collector;
        }

        public bool Received(string path, string text = "") =>
            _received.Any(received => received.Path == path && received.Hex.Contains(Hex(text)));

        public bool HasSpan(string service, string name, string trace) => _received.Any(received =>
            received.Path == "/v1/traces" && received.Hex.Contains(Hex(service)) && received.Hex.Contains(trace)
                && SpansOf(received.Hex, trace).Any(span => span.Contains(Hex(name))));

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        // A span begins with its trace id; what stands up to the next one is its own.
        private static IEnumerable<string> SpansOf(string hex, string trace) => hex.Split(trace).Skip(1);

        private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
    }
}
