using System.Globalization;
using MessageBoard.Mesh;
using MessageBoard.Shared;
using MessageBoard.Shared.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace MessageBoard.Services.Tests.Telemetry;

/// <summary>What the services tell Prometheus, and that it costs nothing where nobody asks.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private readonly EmbeddedBoard _board = new();
    private readonly HttpClient _prometheus = new() { Timeout = TimeSpan.FromSeconds(10) };

    public ValueTask InitializeAsync() => _board.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        _prometheus.Dispose();
        return _board.DisposeAsync();
    }

    [Fact]
    public async Task Metrics_are_served_without_the_runs_key_and_tell_nothing_private()
    {
        var key = Convert.ToBase64String(new byte[32]);
        var (name, cookie) = await _board.NewUserAsync();
        using var messages = _board.Client("message-service");
        var address = await MeasureAsync("message-service");
        await messages.JsonAsync("/api/messages", cookie, HttpMethod.Post, new { message = "a private thought" });
        await messages.JsonAsync("/api/messages/search?q=thought", cookie);
        await Eventually.IsTrueAsync(async () => ValueOf(await ScrapeAsync(address), "messaging_client_sent_messages_total") >= 2, "sent");

        var metrics = await ScrapeAsync(address);
        Assert.True(ValueOf(metrics, "messageboard_cache_lookups_total", "cache=\"sessions\",result=\"hit\"") >= 2);
        Assert.True(ValueOf(metrics, "messageboard_cache_lookups_total", "cache=\"authors\",result=\"miss\"") >= 1);
        Assert.True(ValueOf(
            metrics, "db_client_operation_duration_seconds_count", "db_operation_name=\"INSERT\",db_system_name=\"sqlite\"") >= 1);
        Assert.Equal(0, ValueOf(metrics, "messageboard_events_dropped_total", "sink=\"kafka\""));
        foreach (var word in (string[])[name, "thought", "session:", cookie.Split('=')[1]])
            Assert.DoesNotContain(word, metrics, StringComparison.Ordinal);

        address = await MeasureAsync("message-service", new() { ["Mesh__IdentityKey"] = key });
        using var refused = await messages.GetAsync("/api/messages/ping");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("target_info", await ScrapeAsync(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_read_from_Kafka_is_counted_with_the_lag()
    {
        var address = await MeasureAsync("log-service");
        using var users = _board.Client("user-service");
        for (var i = 0; i < 10; i++)
        {
            using var ping = await users.GetAsync("/api/users/ping");
        }

        await Eventually.IsTrueAsync(
            async () => await ScrapeAsync(address) is var metrics
                && ValueOf(metrics, "messaging_client_consumed_messages_total") >= 10
                && ValueOf(metrics, "messaging_process_duration_seconds_count") >= 1
                && metrics.Contains("messageboard_kafka_consumer_lag{", StringComparison.Ordinal)
                && ValueOf(metrics, "messageboard_kafka_consumer_lag") == 0,
            "all is kept");
    }

    [Fact]
    public async Task A_receiver_that_is_dead_is_counted()
    {
        var address = await MeasureAsync("user-service", new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{Repository.FreePort()}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        await Eventually.IsTrueAsync(
            async () => ValueOf(await ScrapeAsync(address), "messageboard_telemetry_export_failures_total") >= 1, "a failure is counted");
        Assert.Contains("\nmessageboard_telemetry_dropped_total{", await ScrapeAsync(address), StringComparison.Ordinal);

        using var users = _board.Client("user-service");
        await users.GetStringAsync("/api/users/ping");
        await Eventually.IsTrueAsync(
            async () => ValueOf(await ScrapeAsync(address), "messageboard_telemetry_dropped_total") >= 1, "so is a span that nobody took");
    }

    [Fact]
    public void Where_nobody_collects_no_library_of_OpenTelemetry_is_loaded()
    {
        var loaded = File.ReadAllText($"/proc/{_board.Process("user-service").Id}/maps");
        Assert.Contains("MessageBoard.Shared.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", loaded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Room_is_made_for_few_series_but_of_durations()
    {
        var port = Repository.FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["OTEL_EXPORTER_PROMETHEUS_PORT"] = $"{port}";
        builder.AddServiceDefaults("test");
        builder.Services.AddMesh(builder.Configuration);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        await app.StartAsync();

        var (counter, duration) = (Tracing.Meter.CreateCounter<long>("test.count"), Tracing.Meter.CreateHistogram<double>("test.duration"));
        for (var i = 0; i < 200; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("word", i));
            duration.Record(1, new KeyValuePair<string, object?>("pod", i));
        }

        var metrics = await ScrapeAsync($"http://localhost:{port}/metrics");
        Assert.True(ValueOf(metrics, "test_count_total", "otel_metric_overflow=\"true\"") >= 100);
        Assert.Equal(200, ValueOf(metrics, "test_duration_count"));
        Assert.Equal(0, ValueOf(metrics, "test_duration_count", "otel_metric_overflow"));
    }

    [Fact]
    public async Task After_a_burst_memory_is_given_back_where_it_is_asked_for()
    {
        var address = await MeasureAsync("user-service", new() { ["Memory__GiveBack"] = "true" });
        using var users = _board.Client("user-service");
        for (var i = 0; i < 2_000; i++)
        {
            using var ping = await users.GetAsync("/api/users/ping");
        }

        var before = await FullCollectionsAsync();
        // Whoever looks all the time keeps it busy.
        await Eventually.IsTrueAsync(
            async () => await FullCollectionsAsync() > before, "all is collected", pause: TimeSpan.FromSeconds(3));

        async Task<double> FullCollectionsAsync() =>
            ValueOf(await ScrapeAsync(address), "dotnet_gc_collections_total", "gc_heap_generation=\"gen2\"");
    }

    // Starts a service anew, with its metrics for Prometheus at the address.
    private async Task<string> MeasureAsync(string service, Dictionary<string, string>? more = null)
    {
        var port = Repository.FreePort();
        _board.Start(service, new Dictionary<string, string>(more ?? [])
        {
            ["OTEL_EXPORTER_PROMETHEUS_HOST"] = "127.0.0.1",
            ["OTEL_EXPORTER_PROMETHEUS_PORT"] = $"{port}",
        });
        await _board.ReadyAsync(service);
        return $"http://127.0.0.1:{port}/metrics";
    }

    private Task<string> ScrapeAsync(string address) => _prometheus.GetStringAsync(address);

    // The sum of all series with these labels; 0 of none.
    private static double ValueOf(string metrics, string name, string labels = "") => metrics.Split('\n')
        .Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal) && line.Contains(labels, StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
}
