using MessageBoard.Gateway.Traffic;
using MessageBoard.Shared.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Gateway.Tests.Traffic;

/// <summary>What the mesh answers itself becomes an event, once; what a service answers is the service's to tell.</summary>
public sealed class MeshAnswersTests : IAsyncLifetime
{
    private const string AbortAll = """{"delay":null,"abort":{"status":503,"percentage":100}}""";

    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task An_injected_fault_is_an_event_of_whose_session_sent_it()
    {
        await SetFaultAsync(AbortAll);
        using var response = await _gateway.SendAsync(
            HttpMethod.Get, "/api/users/me?token=hidden", cookie: await _gateway.LogInAsync(isAdmin: false));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);

        var call = Assert.Single(await CallsAsync("alice", 1));

        Assert.Equal(
            new ApiCall(
                call.Id, call.Time, "alice", "GET", "/api/users/me", "/api/users/me", 503, call.DurationMs, "user-service", null, null,
                response.Headers.GetValues("X-Trace-Id").Single(), ApiCall.ByMesh, "FI"),
            call);
        Assert.Equal(call, Assert.Single(await CallsAsync(null, 1)));
    }

    [Fact]
    public async Task What_is_nobodys_session_is_nobodys_call_and_a_path_that_is_none_has_no_route()
    {
        await SetFaultAsync(AbortAll);
        using var unknown = await _gateway.SendAsync(HttpMethod.Delete, "/api/users/x/y", cookie: "session=unknown");

        var call = Assert.Single(await CallsAsync(null, 1));

        Assert.Equal((null, "DELETE", "/api/users/x/y", "(no route)"), (call.User, call.Method, call.Path, call.Route));
    }

    [Fact]
    public async Task What_a_service_answers_is_none_nor_is_a_try_that_failed_before_another_did_not()
    {
        await _gateway.StopBackendAsync("ctx1");
        for (var i = 0; i < 20; i++)
        {
            using var answered = await _gateway.Client.GetAsync("/api/users/me?status=500");
            if (answered.Headers.Contains("X-Service-Name"))
                continue;

            // ctx1 alone was tried, as its subset has no other.
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answered.StatusCode);
        }

        var unanswered = await UnansweredAsync();
        await _gateway.StopBackendAsync("ctx2");
        using var last = await _gateway.Client.GetAsync("/api/users/me?last");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, last.StatusCode);

        Assert.Equal(unanswered + 1, (await CallsAsync(null, unanswered + 1)).Count);
        Assert.All(await CallsAsync(null, 1), call => Assert.Contains("UF", call.Flags, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_upstream_is_healthy_each_request_is_one()
    {
        await _gateway.RemoveAllWorkloadsAsync();
        for (var i = 0; i < 20; i++)
            (await _gateway.Client.GetAsync("/api/users/me")).Dispose();

        await Eventually.IsTrueAsync(
            async () => (await CallsAsync(null, 1)).Count(call => call is { Service: "user-service", Flags: "UH" }) == 20, "20 are there");
    }

    [Fact]
    public async Task Of_a_storm_each_request_is_counted_once_as_kept_or_as_dropped()
    {
        var dropped = new DroppedEvents();
        using var answers = ActivatorUtilities.CreateInstance<MeshAnswers>(_gateway.Services, dropped);
        for (var i = 0; i < 1_500; i++)
        {
            answers.Offer(
                new() { Service = "log-service", Status = 503, Time = DateTimeOffset.UtcNow, Method = "GET", Path = "/api/logs/ping" },
                new DefaultHttpContext { Request = { Method = "GET", Path = "/api/logs/ping" } },
                default);
        }

        await answers.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(async () => await KeptAsync() == 1_000, "what was not dropped is counted");
        await answers.StopAsync(CancellationToken.None);

        Assert.Equal(500, dropped.Totals.Single(total => total.Key == DroppedEvents.Redis).Value);
        Assert.Equal(100, (await _gateway.CallsAsync(null)).Count);

        async Task<long> KeptAsync()
        {
            var now = CallCounts.MinuteOf(DateTimeOffset.UtcNow);
            var minutes = await _gateway.RedisClient.RunAsync(redis => Task.WhenAll(
                Enumerable.Range(0, 5).Select(ago => redis.HashGetAsync(CallCounts.Key(null, now - ago), "pings:mesh-errors:"))));
            return minutes.Sum(count => (long)count);
        }
    }

    [Fact]
    public async Task Without_Redis_the_mesh_answers()
    {
        await SetFaultAsync(AbortAll);
        var cookie = await _gateway.LogInAsync(isAdmin: false);
        _gateway.StopRedis();

        for (var i = 0; i < 5; i++)
        {
            using var response = await _gateway.SendAsync(HttpMethod.Get, "/api/users/me", cookie: cookie);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }
    }

    private async Task SetFaultAsync(string body)
    {
        var admin = await _gateway.LogInAsync(isAdmin: true);
        using var set = await _gateway.SendAsync(HttpMethod.Put, "/api/traffic/fault/user-service", body, admin);
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync());
    }

    private async Task<List<ApiCall>> CallsAsync(string? user, int atLeast)
    {
        List<ApiCall> calls = [];
        await Eventually.IsTrueAsync(
            async () => (calls = await _gateway.CallsAsync(user)).Count >= atLeast, $"{atLeast} calls are in the list");
        return calls;
    }

    private async Task<int> UnansweredAsync() => (await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic"))
        .GetProperty("services").EnumerateArray().Sum(row => row.GetProperty("sinceStart").GetProperty("unanswered").GetInt32());
}
