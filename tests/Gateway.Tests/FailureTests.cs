using MessageBoard.Gateway.Tests.Traffic;

namespace MessageBoard.Gateway.Tests;

/// <summary>What callers see when something is gone. Each test breaks a gateway of its own.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private readonly MeshedGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_dead_workload_is_a_problem_and_counted_as_unanswered()
    {
        await _gateway.StopBackendAsync("ctx1");
        await _gateway.StopBackendAsync("ctx2");

        using var response = await _gateway.Client.GetAsync("/api/users/ping");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True((await response.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("traceId", out _));
        Assert.Equal((1, 1, 1), await CountsAsync());
    }

    [Fact]
    public async Task Without_workloads_there_is_no_healthy_upstream_until_they_come_back()
    {
        await _gateway.RemoveAllWorkloadsAsync();

        using var refused = await _gateway.Client.GetAsync("/api/users/ping");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("no healthy upstream", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.False(refused.Headers.Contains("X-Service-Cluster"));
        Assert.Equal((1, 1, 1), await CountsAsync());
    }

    [Fact]
    public async Task Without_Redis_requests_pass_and_an_edit_is_refused_as_unavailable()
    {
        var cookie = await _gateway.LogInAsync(isAdmin: true);
        _gateway.StopRedis();

        using var ping = await _gateway.Client.GetAsync("/api/users/ping");
        using var edit = await _gateway.PutWeightsAsync("user-service", """{"weights":{"ctx1":50,"ctx2":50}}""", cookie);
        using var ready = await _gateway.Client.GetAsync("/healthz/ready");

        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, edit.StatusCode);
        Assert.Equal(
            "Redis is not available just now.", (await edit.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("Degraded", await ready.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_stop_ends_the_event_streams_at_once()
    {
        await using var events = await EventReader.OpenAsync(_gateway.Client);
        await events.ReadAsync("configuration");

        await _gateway.StopServerAsync();

        // An end in due form: what still goes on after some seconds is broken off.
        await Assert.ThrowsAsync<InvalidOperationException>(() => events.ReadAsync("request"));
    }

    private async Task<(long Total, long Errors, long Unanswered)> CountsAsync()
    {
        var traffic = await _gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");
        var recent = traffic.GetProperty("services")
            .EnumerateArray()
            .Single(row => row.GetProperty("service").GetString() == "user-service")
            .GetProperty("recent");
        return (recent.GetProperty("total").GetInt64(), recent.GetProperty("errors").GetInt64(), recent.GetProperty("unanswered")
            .GetInt64());
    }
}
