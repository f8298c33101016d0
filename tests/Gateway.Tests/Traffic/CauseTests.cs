namespace MessageBoard.Gateway.Tests.Traffic;

/// <summary>What the event stream tells of requests beyond who answered. Each test has a gateway of its own.</summary>
public sealed class CauseTests : IAsyncLifetime
{
    // Two-sided, this fails once in 10^6.
    private const double Sigmas = 4.9;

    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task What_a_pod_answers_is_without_a_cause_whatever_its_status()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        foreach (var status in (int[])[200, 404, 503])
        {
            using var response = await _gateway.Client.GetAsync($"/api/users/ping?status={status}");

            var (_, request) = await events.ReadAsync("request");
            Assert.Equal(status, request.GetProperty("status").GetInt32());
            Assert.Equal((null, null), (Text(request, "cause"), Text(request, "rule")));
            Assert.Equal(response.Headers.GetValues("X-Service-Cluster").Single(), Text(request, "heading"));
            Assert.Equal(0, request.GetProperty("delayMs").GetDouble());
            Assert.Equal((0, 0), (request.GetProperty("tries").GetArrayLength(), request.GetProperty("mirrors").GetArrayLength()));
        }
    }

    [Fact]
    public async Task An_aborted_request_says_so_and_where_it_would_have_gone()
    {
        const int Requests = 600;
        await PutAsync("fault", """{"abort":{"status":503,"percentage":30}}""");
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        var (aborted, headings) = (0, new Dictionary<string, int>());
        for (var i = 0; i < Requests; i++)
        {
            using var response = await _gateway.Client.GetAsync("/api/users/ping");
            var (_, request) = await events.ReadAsync("request");
            var heading = Text(request, "heading")!;
            headings[heading] = headings.GetValueOrDefault(heading) + 1;
            Assert.Equal(response.IsSuccessStatusCode ? null : "abort", Text(request, "cause"));
            Assert.True(Text(request, "cluster") is { } cluster ? cluster == heading : !response.IsSuccessStatusCode);
            aborted += response.IsSuccessStatusCode ? 0 : 1;
        }

        AssertIsShare(0.3, aborted, Requests);
        AssertIsShare(0.7, headings["ctx1"], Requests);
        Assert.Equal(Requests, headings["ctx1"] + headings["ctx2"]);

        var (recent, sinceStart) = await CountsAsync("user-service");
        Assert.Equal(aborted, sinceStart.GetProperty("causes").GetProperty("abort").GetInt32());
        var drawn = sinceStart.GetProperty("drawn");
        AssertIsShare(0.7, drawn.GetProperty("ctx1").GetInt32(), Requests - aborted);
        Assert.Equal(Requests - aborted, drawn.GetProperty("ctx1").GetInt32() + drawn.GetProperty("ctx2").GetInt32());
        Assert.InRange(recent.GetProperty("p50Ms").GetDouble(), 0.01, recent.GetProperty("p95Ms").GetDouble());
        Assert.Equal(JsonValueKind.Null, sinceStart.GetProperty("p50Ms").ValueKind);
        Assert.Equal(0, sinceStart.GetProperty("failedOver").GetInt32());
    }

    [Fact]
    public async Task An_explanation_of_an_aborted_request_says_where_it_would_have_gone()
    {
        await PutAsync("fault", """{"abort":{"status":503,"percentage":100}}""");
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        using var response = await _gateway.Client.GetAsync("/api/users/ping");
        var (_, request) = await events.ReadAsync("request");

        var (id, user) = (request.GetProperty("id").GetInt64(), await _gateway.LogInAsync(isAdmin: false));
        using var explained = await _gateway.SendAsync(HttpMethod.Get, $"/api/traffic/requests/{id}", cookie: user);

        var destination = (await explained.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("explanation").GetProperty("destination");
        Assert.Equal(Text(request, "heading"), Text(destination, "subset"));
        Assert.False(destination.GetProperty("sent").GetBoolean());
        Assert.Equal("FI", Text(request, "flags"));
    }

    [Fact]
    public async Task Another_cluster_than_the_one_drawn_is_counted_as_a_failover()
    {
        await _gateway.ApplyExampleAsync("locality-failover");
        Assert.Equal("ctx1", await ClusterAsync());
        _gateway.RemoveWorkloads("ctx1");

        await Eventually.IsTrueAsync(async () => await ClusterAsync() == "ctx2", "ctx2 stands in");

        var (recent, _) = await CountsAsync("user-service");
        Assert.True(recent.GetProperty("failedOver").GetInt32() > 0, recent.GetRawText());
        Assert.False(recent.GetProperty("drawn").TryGetProperty("ctx2", out _));

        async Task<string> ClusterAsync()
        {
            using var response = await _gateway.Client.GetAsync("/api/users/ping");
            return response.Headers.GetValues("X-Service-Cluster").Single();
        }
    }

    [Fact]
    public async Task Without_a_pod_a_request_says_where_there_is_none()
    {
        _gateway.RemoveWorkloads("ctx2");
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var response = await _gateway.Client.GetAsync("/api/users/ping");
                var (_, request) = await events.ReadAsync("request");
                if (response.IsSuccessStatusCode)
                    return false; // drawn to ctx1, or the mesh has not seen yet that the file is gone

                Assert.Equal(("noPod", "ctx2"), (Text(request, "cause"), Text(request, "heading")));
                return true;
            },
            "one is drawn to ctx2, which is not there");
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_unreachable_and_each_try_is_told()
    {
        await _gateway.StopBackendAsync("ctx1");
        await _gateway.StopBackendAsync("ctx2");
        await using var events = await EventReader.OpenAsync(_gateway.Client);

        using var response = await _gateway.Client.GetAsync("/api/users/ping");

        var (_, request) = await events.ReadAsync("request");
        Assert.Equal("unreachable", Text(request, "cause"));
        var tries = request.GetProperty("tries").EnumerateArray().ToList();
        Assert.Equal(3, tries.Count);
        Assert.All(tries, attempt =>
        {
            Assert.Equal((Text(request, "heading"), "UF"), (Text(attempt, "cluster"), Text(attempt, "flag")));
            Assert.StartsWith("user-service-", Text(attempt, "pod"));
            Assert.Equal(JsonValueKind.Null, attempt.GetProperty("status").ValueKind);
        });
    }

    [Fact]
    public async Task A_delay_is_told_and_what_takes_too_long_is_a_timeout()
    {
        await PutAsync("fault", """{"delay":{"seconds":0.05,"percentage":100}}""");
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        using var delayed = await _gateway.Client.GetAsync("/api/users/ping");
        using var late = await _gateway.Client.GetAsync("/api/messages/ping?delay=5000");

        var (_, first) = await events.ReadAsync("request");
        var (_, second) = await events.ReadAsync("request");
        Assert.Equal((null, 50), (Text(first, "cause"), first.GetProperty("delayMs").GetDouble()));
        Assert.True(first.GetProperty("durationMs").GetDouble() > 40); // timers may be some ms early
        Assert.Equal(("timeout", 504), (Text(second, "cause"), second.GetProperty("status").GetInt32()));
        Assert.Equal(0, second.GetProperty("delayMs").GetDouble());
    }

    [Fact]
    public async Task A_rule_before_the_weights_and_copies_are_told()
    {
        await _gateway.ApplyExampleAsync("request-routing");
        await _gateway.ApplyExampleAsync("mirroring");
        await PutAsync("canary", """{"subset":"ctx2"}""");
        await using var events = await EventReader.OpenAsync(_gateway.Client);

        Assert.Equal(("trainee", "ctx2"), await AskAsync("/api/messages/ping", "end-user", "trainee"));
        Assert.Equal((null, "ctx1"), await AskAsync("/api/messages/ping", "end-user", "nobody"));
        Assert.Equal(("canary", "ctx2"), await AskAsync("/api/users/ping", "x-canary", "true"));
        Assert.Equal((null, "ctx1"), await AskAsync("/api/logs/ping", "x-canary", "true"));
        var (_, copied) = await events.ReadAsync("request", request => Text(request, "service") == "log-service");
        Assert.Equal(
            """{"canary":1}""", (await CountsAsync("user-service")).SinceStart.GetProperty("rules").GetRawText());
        Assert.Equal("{}", (await CountsAsync("user-service")).SinceStart.GetProperty("drawn").GetRawText());
        Assert.Equal("""{"ctx1":1}""", (await CountsAsync("message-service")).SinceStart.GetProperty("drawn").GetRawText());
        Assert.Equal(["ctx2"], copied.GetProperty("mirrors").EnumerateArray().Select(cluster => cluster.GetString()));

        async Task<(string? Rule, string? Heading)> AskAsync(string path, string header, string value)
        {
            await using var own = await EventReader.OpenAsync(_gateway.Client);
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { header, value } } };
            using var response = await _gateway.Client.SendAsync(request);
            var (_, told) = await own.ReadAsync("request");
            return (Text(told, "rule"), Text(told, "heading"));
        }
    }

    private static void AssertIsShare(double share, int count, int of)
    {
        var deviation = Math.Sqrt(of * share * (1 - share));
        Assert.InRange(count, (of * share) - (Sigmas * deviation), (of * share) + (Sigmas * deviation));
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private async Task<(JsonElement Recent, JsonElement SinceStart)> CountsAsync(string service)
    {
        var traffic = await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");
        var row = traffic.GetProperty("services").EnumerateArray().Single(row => Text(row, "service") == service);
        return (row.GetProperty("recent"), row.GetProperty("sinceStart"));
    }

    private async Task PutAsync(string what, string body)
    {
        using var response = await _gateway.SendAsync(
            HttpMethod.Put, $"/api/traffic/{what}/user-service", body, await _gateway.LogInAsync(isAdmin: true));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
