namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class TrafficTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    // Two-sided, at 70 %, this fails once in 10^6.
    private const double Sigmas = 4.9;

    [Fact]
    public async Task Counts_are_those_of_the_headers_and_the_share_is_that_of_the_weights()
    {
        const int requests = 2_000;
        var before = await CountsAsync("user-service");

        var seen = new Dictionary<string, long> { ["ctx1"] = 0, ["ctx2"] = 0 };
        for (var i = 0; i < requests; i++)
        {
            using var response = await gateway.Client.GetAsync("/api/users/ping");
            seen[response.Headers.GetValues("X-Service-Cluster").Single()]++;
        }

        var after = await CountsAsync("user-service");
        Assert.Equal(seen["ctx1"], Cluster(after, "ctx1") - Cluster(before, "ctx1"));
        Assert.Equal(seen["ctx2"], Cluster(after, "ctx2") - Cluster(before, "ctx2"));
        var deviation = Math.Sqrt(requests * 0.7 * 0.3);
        Assert.InRange(seen["ctx1"], (requests * 0.7) - (Sigmas * deviation), (requests * 0.7) + (Sigmas * deviation));
    }

    [Fact]
    public async Task A_row_says_whose_it_is_before_it_counts()
    {
        var traffic = await gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");

        string[] row = ["service", "resource", "resourceVersion", "weights", "rules", "recent", "sinceStart"];
        Assert.All(
            traffic.GetProperty("services").EnumerateArray(),
            service => Assert.Equal(row, service.EnumerateObject().Select(field => field.Name)));
    }

    [Fact]
    public async Task The_event_stream_tells_what_the_answers_headers_told()
    {
        await using var events = await EventReader.OpenAsync(gateway.Client);
        var (name, configuration) = await events.ReadAsync();
        Assert.Equal("configuration", name);
        Assert.Equal(3, configuration.GetProperty("services").GetArrayLength());

        using var response = await gateway.Client.GetAsync("/api/logs/redis?status=500");

        var (_, request) = await events.ReadAsync("request", row => row.GetProperty("service").GetString() == "log-service");
        Assert.Equal(response.Headers.GetValues("X-Service-Cluster").Single(), request.GetProperty("cluster").GetString());
        Assert.Equal(response.Headers.GetValues("X-Pod-Name").Single(), request.GetProperty("pod").GetString());
        Assert.Equal(response.Headers.GetValues("X-Trace-Id").Single(), request.GetProperty("traceId").GetString());
        Assert.Equal(500, request.GetProperty("status").GetInt32());
        Assert.True(request.GetProperty("durationMs").GetDouble() > 0);
        Assert.True(DateTimeOffset.UtcNow - request.GetProperty("time").GetDateTimeOffset() < TimeSpan.FromMinutes(1));
        Assert.False(request.TryGetProperty("path", out _), "a path or query may hold what is private");
    }

    [Fact]
    public async Task A_heartbeat_comes_in_silence_and_in_traffic()
    {
        await using var events = await EventReader.OpenAsync(gateway.Client);
        var (_, first) = await events.ReadAsync("heartbeat");

        using var stop = new CancellationTokenSource();
        var busy = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                using (await gateway.Client.GetAsync("/api/users/ping"))
                    await Task.Yield();
        });
        await events.ReadAsync("request");
        var (_, second) = await events.ReadAsync("heartbeat");
        await stop.CancelAsync();
        await busy;

        var between = second.GetProperty("time").GetDateTimeOffset() - first.GetProperty("time").GetDateTimeOffset();
        Assert.InRange(between, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)); // a busy machine's timers are late
    }

    [Fact]
    public async Task An_edit_by_hand_is_told_to_the_readers()
    {
        await using var events = await EventReader.OpenAsync(gateway.Client);
        var file = Path.Combine(gateway.Istio, "message-service.yaml");
        var text = await File.ReadAllTextAsync(file);

        await File.WriteAllTextAsync(file, text.Replace("weight: 30", "weight: 31").Replace("weight: 70", "weight: 69"));

        await events.ReadAsync("configuration", row => WeightOf(row, "message-service", "ctx1") == 31);
        await File.WriteAllTextAsync(file, "kind: [broken");
        var (_, broken) = await events.ReadAsync("configuration", row => row.GetProperty("problems").GetArrayLength() > 0);
        Assert.Equal("message-service.yaml", broken.GetProperty("problems")[0].GetProperty("file").GetString());
        Assert.Equal(31, WeightOf(broken, "message-service", "ctx1"));

        await File.WriteAllTextAsync(file, text);
        await events.ReadAsync(
            "configuration", row => WeightOf(row, "message-service", "ctx1") == 30 && row.GetProperty("problems").GetArrayLength() == 0);
    }

    private static int WeightOf(JsonElement configuration, string service, string cluster) =>
        configuration.GetProperty("services").EnumerateArray().Single(row => row.GetProperty("service").GetString() == service)
            .GetProperty("weights").GetProperty(cluster).GetInt32();

    private async Task<JsonElement> CountsAsync(string service)
    {
        var traffic = await gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");
        return traffic.GetProperty("services")
            .EnumerateArray()
            .Single(row => row.GetProperty("service").GetString() == service)
            .GetProperty("sinceStart");
    }

    private static long Cluster(JsonElement counts, string cluster) =>
        counts.GetProperty("clusters").TryGetProperty(cluster, out var count) ? count.GetInt64() : 0;
}
