using System.Globalization;
using System.Net.Sockets;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>A gateway that serves its metrics; others are in the same process.</summary>
public sealed class MeasuredGateway : MeshedGateway
{
    public Uri Metrics { get; } = new($"http://127.0.0.1:{Repository.FreePort()}");

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_PROMETHEUS_HOST"] = "127.0.0.1",
        ["OTEL_EXPORTER_PROMETHEUS_PORT"] = $"{Metrics.Port}",
    };
}

/// <summary>A gateway whose port for metrics somebody else has.</summary>
public sealed class GatewayWithoutPort : MeshedGateway
{
    private readonly TcpListener _other = Listen();

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_PROMETHEUS_HOST"] = "127.0.0.1",
        ["OTEL_EXPORTER_PROMETHEUS_PORT"] = $"{((IPEndPoint)_other.LocalEndpoint).Port}",
    };

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}

// What counts, and does not observe, is one for all gateways of the process.
[Collection("metrics")]
public sealed class MetricsTests(MeasuredGateway gateway) : IClassFixture<MeasuredGateway>
{
    private static readonly HttpClient Prometheus = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task At_their_port_metrics_are_served_and_nothing_else()
    {
        foreach (var path in (string[])["/", "/healthz/live", "/api/traffic", "/api/users/ping", "/metrics/", "/metrics/x", "/METRICS"])
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await AskAsync(new(gateway.Metrics, path))));

        using var change = await Prometheus.PostAsync(new Uri(gateway.Metrics, "/metrics"), null);
        Assert.Equal(HttpStatusCode.NotFound, change.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(new(gateway.Metrics, "/metrics")));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(new(gateway.Client.BaseAddress!, "/metrics")));
    }

    [Fact]
    public async Task Requests_are_counted_by_service_cluster_pod_status_class_and_response_flag()
    {
        using var failed = await gateway.Client.GetAsync("/api/users/ping?status=503");
        var cluster = failed.Headers.GetValues("X-Service-Cluster").Single();
        using var slow = await gateway.Client.GetAsync("/api/users/ping?delay=20000");
        Assert.Equal(HttpStatusCode.GatewayTimeout, slow.StatusCode);
        using var found = await gateway.Client.GetAsync("/api/messages/private-word?secret=1");

        var metrics = await ScrapeAsync();
        foreach (var labels in (string[])
            [
                $"mesh_cluster=\"{cluster}\",mesh_pod=\"user-service-{cluster}-pod\",mesh_service=\"user-service\",status_class=\"5xx\"",
                "mesh_response_flags=\"UT\",mesh_service=\"user-service\",status_class=\"5xx\"",
            ])
            Assert.True(Value(metrics, "messageboard_gateway_request_duration_seconds_count", labels) >= 1, labels);

        Assert.DoesNotContain(metrics, line => line.Contains("private-word", StringComparison.Ordinal)
            || line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_share_stands_beside_its_weight_and_a_cluster_that_answers_nothing_has_one_too()
    {
        for (var i = 0; i < 300; i++)
        {
            using var ping = await gateway.Client.GetAsync("/api/logs/ping");
        }

        var metrics = await ScrapeAsync();
        Assert.Equal(100, Value(metrics, "messageboard_traffic_window", "mesh_service=\"log-service\""));
        Assert.Equal(0.5, Value(metrics, "messageboard_traffic_weight", "mesh_cluster=\"ctx2\",mesh_service=\"log-service\""));
        var both = (string[])["ctx1", "ctx2"];
        Assert.Equal(1, both.Sum(cluster =>
            Value(metrics, "messageboard_traffic_share", $"mesh_cluster=\"{cluster}\",mesh_service=\"log-service\"")), 6);

        using var weighed = await gateway.PutWeightsAsync(
            "log-service", """{"weights":{"ctx1":100,"ctx2":0}}""", await gateway.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.OK, weighed.StatusCode);
        for (var i = 0; i < 100; i++)
        {
            using var ping = await gateway.Client.GetAsync("/api/logs/ping");
        }

        metrics = await ScrapeAsync();
        Assert.Equal(0, Value(metrics, "messageboard_traffic_share", "mesh_cluster=\"ctx2\",mesh_service=\"log-service\""));
    }

    [Fact]
    public async Task An_edit_of_the_configuration_gives_it_another_hash()
    {
        var before = Value(await ScrapeAsync(), "messageboard_mesh_configuration_hash", "");
        using var weighed = await gateway.PutWeightsAsync(
            "user-service", """{"weights":{"ctx1":60,"ctx2":40}}""", await gateway.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.OK, weighed.StatusCode);

        var metrics = await ScrapeAsync();
        Assert.NotEqual(before, Value(metrics, "messageboard_mesh_configuration_hash", ""));
        Assert.Equal(0, Value(metrics, "messageboard_mesh_configuration_problems", ""));
    }

    [Fact]
    public async Task At_home_the_weights_are_in_force() =>
        Assert.Equal(1, Value(await ScrapeAsync(), "messageboard_mesh_weights_in_force", ""));

    [Fact]
    public async Task Who_reads_the_event_stream_is_counted()
    {
        using (await gateway.Client.GetAsync("/api/traffic/events", HttpCompletionOption.ResponseHeadersRead))
            await Eventually.IsTrueAsync(
                async () => Value(await ScrapeAsync(), "messageboard_stream_readers", "") >= 1, "a reader is there");
    }

    [Fact]
    public async Task Neither_probes_nor_scrapes_are_counted()
    {
        using var ready = await gateway.Client.GetAsync("/healthz/ready");
        await ScrapeAsync();

        var metrics = await ScrapeAsync();
        Assert.DoesNotContain(metrics, line => line.Contains("/healthz", StringComparison.Ordinal)
            || line.Contains("/metrics", StringComparison.Ordinal));
    }

    private static double Value(IEnumerable<string> metrics, string name, string labels) =>
        double.Parse(Assert.Single(metrics, line => line.StartsWith($"{name}{{{labels}}} ", StringComparison.Ordinal)).Split(' ')[^1],
            CultureInfo.InvariantCulture);

    private async Task<string[]> ScrapeAsync()
    {
        await Task.Delay(400); // the exporter keeps an answer for 300 ms
        return (await Prometheus.GetStringAsync(new Uri(gateway.Metrics, "/metrics"))).Split('\n');
    }

    private static async Task<HttpStatusCode> AskAsync(Uri address)
    {
        using var answer = await Prometheus.GetAsync(address);
        return answer.StatusCode;
    }
}

[Collection("metrics")]
public sealed class TakenPortTests(GatewayWithoutPort gateway) : IClassFixture<GatewayWithoutPort>
{
    [Fact]
    public async Task A_port_that_cannot_be_had_keeps_nobody_from_their_work()
    {
        using var ping = await gateway.Client.GetAsync("/api/users/ping");
        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
    }
}
