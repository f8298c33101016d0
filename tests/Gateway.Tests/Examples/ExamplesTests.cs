using System.Diagnostics;

namespace MessageBoard.Gateway.Tests.Examples;

/// <summary>The exercises under istio/examples, each with real requests that are counted.</summary>
public sealed class ExamplesTests : IAsyncLifetime
{
    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Request_routing_sends_the_trainee_to_ctx2_and_all_others_to_ctx1()
    {
        await _gateway.ApplyExampleAsync("request-routing");

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((200, "ctx1"), await AskAsync("/api/messages/ping"));
            Assert.Equal((200, "ctx2"), await AskAsync("/api/messages/ping", "trainee"));
            Assert.Equal((200, "ctx1"), await AskAsync("/api/messages/ping", "somebody"));
        }
    }

    [Fact]
    public async Task Traffic_shifting_sends_one_in_ten_to_ctx2()
    {
        const int Requests = 2000;
        await _gateway.ApplyExampleAsync("traffic-shifting");

        var ctx2 = 0;
        for (var i = 0; i < Requests; i++)
            ctx2 += await AskAsync("/api/users/ping") == (200, "ctx2") ? 1 : 0;

        // Outside of 4.9 standard deviations once in 10^6 runs.
        var deviation = Math.Sqrt(Requests * 0.1 * 0.9);
        Assert.InRange(ctx2, Requests * 0.1 - 4.9 * deviation, Requests * 0.1 + 4.9 * deviation);
    }

    [Fact]
    public async Task Fault_injection_makes_the_trainee_wait_and_fail()
    {
        await _gateway.ApplyExampleAsync("fault-injection");
        await AskAsync("/api/users/ping"); // the first request takes longer

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(200, (await AskAsync("/api/users/ping")).Status);
        var usual = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        Assert.Equal((200, "ctx1"), await AskAsync("/api/users/ping", "trainee"));
        var late = Stopwatch.GetElapsedTime(started);

        Assert.True(late > TimeSpan.FromSeconds(1.9) && usual < TimeSpan.FromSeconds(1.5), $"{usual} and {late}");
        for (var i = 0; i < 20; i++)
            Assert.Equal((500, null), await AskAsync("/api/messages/ping", "trainee"));

        Assert.DoesNotContain(_gateway.Seen, request => request.Host == "message-service");
        Assert.Equal(200, (await AskAsync("/api/messages/ping")).Status);
    }

    [Fact]
    public async Task Mirroring_gives_ctx2_a_copy_of_what_ctx1_answers()
    {
        const int Requests = 50;
        await _gateway.ApplyExampleAsync("mirroring");

        for (var i = 0; i < Requests; i++)
            Assert.Equal((200, "ctx1"), await AskAsync("/api/logs/ping"));

        await Eventually.IsTrueAsync(() => _gateway.Seen.Count == 2 * Requests, "all copies");
        Assert.Equal(Requests, _gateway.Seen.Count(request => request is { Cluster: "ctx1", Host: "log-service" }));
        Assert.Equal(Requests, _gateway.Seen.Count(request => request is { Cluster: "ctx2", Host: "log-service-shadow" }));
    }

    [Fact]
    public async Task Circuit_breaking_refuses_what_is_too_much_and_takes_a_failing_endpoint_out()
    {
        await _gateway.ApplyExampleAsync("circuit-breaking");

        var crowd = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync("/api/users/ping?delay=300")));
        Assert.InRange(crowd.Count(answer => answer.Status == 200), 2, 4); // one at work and one waiting in each cluster
        Assert.All(crowd.Where(answer => answer.Status != 200), answer => Assert.Equal((503, null), answer));

        var failing = (await AskAsync("/api/users/ping?status=500")).Cluster!;
        var afterwards = new List<(int Status, string? Cluster)>();
        for (var i = 0; i < 40; i++)
            afterwards.Add(await AskAsync("/api/users/ping"));

        Assert.DoesNotContain((200, failing), afterwards);
        Assert.Contains((200, failing == "ctx1" ? "ctx2" : "ctx1"), afterwards);
        Assert.Contains((503, null), afterwards); // a subset without an endpoint has nowhere to go
        Assert.Equal("no healthy upstream", await RefusalAsync());
    }

    [Fact]
    public async Task Locality_failover_stays_near_and_goes_far_when_near_is_gone()
    {
        await _gateway.ApplyExampleAsync("locality-failover");
        for (var i = 0; i < 30; i++)
            Assert.Equal((200, "ctx1"), await AskAsync("/api/users/ping"));

        await _gateway.StopBackendAsync("ctx1");

        for (var i = 0; i < 30; i++)
            Assert.Equal((200, "ctx2"), await AskAsync("/api/users/ping"));
    }

    [Fact]
    public async Task An_HTTPRoute_splits_between_the_services_of_the_clusters_and_sends_the_trainee_to_ctx2()
    {
        const int Requests = 2000;
        await _gateway.ApplyExampleAsync("httproute");

        var ctx2 = 0;
        for (var i = 0; i < Requests; i++)
            ctx2 += await AskAsync("/api/users/ping") == (200, "ctx2") ? 1 : 0;

        // Outside of 4.9 standard deviations once in 10^6 runs.
        var deviation = Math.Sqrt(Requests * 0.1 * 0.9);
        Assert.InRange(ctx2, Requests * 0.1 - 4.9 * deviation, Requests * 0.1 + 4.9 * deviation);
        for (var i = 0; i < 50; i++)
            Assert.Equal((200, "ctx2"), await AskAsync("/api/users/ping", "trainee"));

        // The page's slider is that of the HTTPRoute's backends.
        var weights = await _gateway.Client.GetFromJsonAsync<JsonElement>("/traffic-weights");
        Assert.Equal((90, 10), (
            weights.GetProperty("UserServiceCtx1Weight").GetInt32(), weights.GetProperty("UserServiceCtx2Weight").GetInt32()));
    }

    [Fact]
    public async Task Delegation_leaves_a_part_of_the_paths_to_another_VirtualService()
    {
        await _gateway.ApplyExampleAsync("delegation");

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((200, "ctx1"), await AskAsync("/api/users/ping"));
            Assert.Equal((200, "ctx2"), await AskAsync("/api/users/ping", "trainee"));
        }

        // The root's timeout is the delegate's, which has none.
        Assert.Equal((504, null), await AskAsync("/api/users/ping?delay=10000", "trainee"));

        // The rest is the root's: of 100, all in one cluster once in 10^15 runs.
        var rest = new HashSet<(int Status, string? Cluster)>();
        for (var i = 0; i < 100; i++)
            rest.Add(await AskAsync("/api/login", "trainee"));

        Assert.Equal([(200, "ctx1"), (200, "ctx2")], rest.Order());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping")
        {
            Headers = { { "Cookie", await _gateway.LogInAsync(isAdmin: false) }, { "end-user", "trainee" }, { "x-mesh-explain", "true" } },
        };
        using var response = await _gateway.Client.SendAsync(request);
        var told = JsonDocument.Parse(response.Headers.GetValues("x-mesh-explain").Single()).RootElement;
        Assert.Equal("messageboard/user-service", told.GetProperty("virtualService").GetString());
        Assert.Equal(
            """{"index":0,"name":"users-trainee","match":0,"matchName":null,"delegate":"""
                + """{"virtualService":"messageboard/user-api","index":0,"match":0}}""",
            told.GetProperty("route").GetRawText());
    }

    private async Task<(int Status, string? Cluster)> AskAsync(string path, string? endUser = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (endUser is not null)
            request.Headers.Add("end-user", endUser);

        using var response = await _gateway.Client.SendAsync(request);
        return ((int)response.StatusCode, response.Headers.TryGetValues("X-Service-Cluster", out var cluster) ? cluster.Single() : null);
    }

    private async Task<string?> RefusalAsync()
    {
        while (true)
        {
            using var response = await _gateway.Client.GetAsync("/api/users/ping");
            if ((int)response.StatusCode == 503)
                return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();
        }
    }
}
