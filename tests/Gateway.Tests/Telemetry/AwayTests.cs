namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>The dashboard does not answer, or there is none.</summary>
public sealed class AwayTests(TracedGateway gateway, MeshedGateway untraced) : IClassFixture<TracedGateway>, IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task A_dashboard_that_is_frozen_or_dead_is_said_to_be_away_and_slows_nobody_else()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        var id = await gateway.TraceAsync("/api/users/ping", cookie);
        await gateway.ReadTraceAsync(id, cookie);

        gateway.Dashboard.Freeze();
        await IsAwayAsync(id, cookie);
        gateway.Dashboard.GoOn();
        await gateway.ReadTraceAsync(id, cookie);

        gateway.Dashboard.Kill();
        await IsAwayAsync(id, cookie);
        await gateway.Dashboard.StartAgainAsync();
        await gateway.ReadTraceAsync(await gateway.TraceAsync("/api/users/ping", cookie), cookie);

        Assert.DoesNotContain(
            gateway.Log, line => line.Contains(gateway.Dashboard.ApiKey) || line.Contains(gateway.Dashboard.BrowserToken));
    }

    [Fact]
    public async Task Without_telemetry_there_is_nothing_to_read_and_nobody_to_send_to()
    {
        var cookie = await untraced.LogInAsync(isAdmin: true);
        using var state = await untraced.SendAsync(HttpMethod.Get, "/api/telemetry");
        Assert.Equal(
            """{"on":false,"traces":false,"logs":false,"browser":false,"store":null}""", await state.Content.ReadAsStringAsync());

        foreach (var path in (string[])["traces", $"traces/{Guid.NewGuid():N}", "logs"])
        {
            using var answer = await untraced.SendAsync(HttpMethod.Get, $"/api/telemetry/{path}", cookie: cookie);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("\"reason\":\"off\"", await answer.Content.ReadAsStringAsync());
        }

        using var sent = await untraced.SendAsync(HttpMethod.Post, "/otlp/v1/traces", "{}");
        Assert.Equal(HttpStatusCode.NotFound, sent.StatusCode);
    }

    private async Task IsAwayAsync(string id, string cookie)
    {
        var asked = gateway.ReadAsync($"/traces/{id}", cookie);
        using (var other = await gateway.Client.GetAsync("/api/users/ping"))
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        var (status, body) = await asked;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (status, body.GetProperty("reason").GetString()));
        Assert.DoesNotContain("127.0.0.1", body.GetRawText());
    }
}
