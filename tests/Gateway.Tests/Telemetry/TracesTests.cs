namespace MessageBoard.Gateway.Tests.Telemetry;

public sealed class TracesTests(TracedGateway gateway) : IClassFixture<TracedGateway>
{
    [Fact]
    public async Task Everybody_hears_what_there_is()
    {
        var (status, body) = await gateway.ReadAsync("", null);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """{"on":true,"traces":true,"logs":true,"browser":true,"store":"aspire"}""", body.GetRawText());
    }

    [Fact]
    public async Task A_trace_of_ones_own_request_is_read_from_the_dashboard()
    {
        var cookie = await gateway.LogInAsync(isAdmin: false);
        var id = await gateway.TraceAsync("/api/users/ping", cookie);

        var trace = await gateway.ReadTraceAsync(id, cookie, HasServer);

        Assert.Equal(id, trace.GetProperty("traceId").GetString());
        Assert.Equal($"{gateway.Dashboard.Address}traces/detail/{id}", trace.GetProperty("dashboardUrl").GetString());
        Assert.True(trace.GetProperty("partial").GetBoolean()); // it is some milliseconds old
        var served = trace.GetProperty("spans").EnumerateArray().First(IsServer);
        Assert.Equal(
            ("gateway", "server", "ctx1", id),
            (Text(served, "service"), Text(served, "kind"), Text(served, "cluster"), Text(served, "traceId")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", Text(served, "startTime"));
        Assert.InRange(served.GetProperty("durationMs").GetDouble(), 0.001, 60_000);
    }

    [Fact]
    public async Task Nobody_reads_a_trace_without_a_session()
    {
        var (status, _) = await gateway.ReadAsync($"/traces/{await gateway.TraceAsync("/api/users/ping")}", null);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task A_trace_of_somebody_else_is_as_unknown_as_one_that_is_not_there()
    {
        var (alice, bob) = (await gateway.LogInAsync(isAdmin: false), await gateway.LogInAsync(isAdmin: false));
        var id = await gateway.TraceAsync("/api/users/ping", alice);
        await gateway.ReadTraceAsync(id, alice);

        foreach (var asked in (string[])[id, $"{Guid.NewGuid():N}"])
        {
            var (status, body) = await gateway.ReadAsync($"/traces/{asked}", bob);
            Assert.Equal((HttpStatusCode.NotFound, "unknown"), (status, Text(body, "reason")));
        }
    }

    [Fact]
    public async Task An_admin_reads_all_and_is_logged_in_at_the_dashboard()
    {
        var id = await gateway.TraceAsync("/api/users/ping", await gateway.LogInAsync(isAdmin: false));

        var trace = await gateway.ReadTraceAsync(id, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(
            $"{gateway.Dashboard.Address}login?t={gateway.Dashboard.BrowserToken}&returnUrl=%2Ftraces%2Fdetail%2F{id}",
            Text(trace, "dashboardUrl"));
    }

    // The event stream tells everybody the ids of all traces.
    [Fact]
    public async Task Who_joins_the_trace_of_somebody_else_sees_nothing_of_theirs()
    {
        var (alice, bob) = (await gateway.LogInAsync(isAdmin: false), await gateway.LogInAsync(isAdmin: false));
        var id = await gateway.TraceAsync("/api/messages/4711", alice);
        await gateway.ReadTraceAsync(id, alice, HasServer);
        await gateway.TraceAsync("/api/users/ping", bob, $"00-{id}-00f067aa0ba902b7-01");
        await gateway.TraceAsync("/api/users/ping", bob, $"00-{id}-00f067aa0ba902b7-00");

        var trace = await gateway.ReadTraceAsync(id, bob, HasServer);
        var all = await gateway.ReadTraceAsync(id, await gateway.LogInAsync(isAdmin: true));

        Assert.DoesNotContain("4711", trace.GetRawText());
        Assert.Contains("4711", all.GetRawText());
    }

    [Fact]
    public async Task A_request_that_was_not_recorded_says_so()
    {
        var cookie = await gateway.LogInAsync(isAdmin: false);
        var id = await gateway.TraceAsync("/api/users/ping", cookie, $"00-{Guid.NewGuid():N}-00f067aa0ba902b7-00");

        var (status, body) = await gateway.ReadAsync($"/traces/{id}", cookie);

        Assert.Equal((HttpStatusCode.NotFound, "sampledOut"), (status, Text(body, "reason")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("0af7651916cd43dd8448eb211c80319g")]
    [InlineData("MUkZX%2FsL7AU0e0jv6OzBsA==")]
    [InlineData("..%2F..%2Fresources")]
    public async Task What_is_no_trace_id_is_refused(string id)
    {
        var (status, body) = await gateway.ReadAsync($"/traces/{id}", await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(body.GetProperty("errors").TryGetProperty("id", out _));
    }

    private static bool HasServer(JsonElement trace) => trace.GetProperty("spans").EnumerateArray().Any(IsServer);

    private static bool IsServer(JsonElement span) => Text(span, "service") == "gateway" && Text(span, "kind") == "server";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
