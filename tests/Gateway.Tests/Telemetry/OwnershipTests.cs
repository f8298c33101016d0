using MessageBoard.Shared.Events;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>What users are shown of traces that the gateway no longer remembers: their own calls, which Redis has.</summary>
public sealed class OwnershipTests(TracedGateway gateway) : IClassFixture<TracedGateway>
{
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow.AddMinutes(-5);
    private readonly string _trace = $"{Guid.NewGuid():N}";

    [Fact]
    public async Task A_call_in_the_users_own_log_makes_its_trace_theirs()
    {
        await KeepRequestAsync(_start);
        await KeepCallAsync("alice", _start);

        var trace = await gateway.ReadTraceAsync(_trace, await gateway.LogInAsync(isAdmin: false));

        Assert.Equal(["gateway", "user-service", "user-service"], Services(trace));
        Assert.Equal("INSERT", trace.GetProperty("spans")[2].GetProperty("name").GetString());
        Assert.False(trace.GetProperty("partial").GetBoolean());
    }

    // Not before its end is a trace's id known to others.
    [Fact]
    public async Task A_later_call_that_gives_the_same_trace_does_not()
    {
        await KeepRequestAsync(_start);
        await KeepCallAsync("alice", _start.AddSeconds(1));

        var (status, body) = await gateway.ReadAsync($"/traces/{_trace}", await gateway.LogInAsync(isAdmin: false));

        Assert.Equal((HttpStatusCode.NotFound, "unknown"), (status, body.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Links_lead_to_the_batch_and_no_further()
    {
        var (batch, more) = ($"{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");
        await KeepRequestAsync(_start, $$"""
            ,"links":[{"traceId":"{{batch}}","spanId":"000000000000000b"},{"traceId":"{{_trace}}","spanId":"0000000000000001"}]
            """);
        await KeepCallAsync("alice", _start);
        await gateway.KeepSpanAsync(
            "log-service", batch, "000000000000000b", _start.AddSeconds(1), 5 * Ms,
            $$"""
            "name":"batch","links":[{"traceId":"{{more}}","spanId":"000000000000000d"}]
            """);
        await gateway.KeepSpanAsync(
            "log-service", batch, "000000000000000c", _start.AddSeconds(1), Ms, """ "name":"INSERT","parentSpanId":"000000000000000b" """);
        await gateway.KeepSpanAsync("log-service", batch, "000000000000000e", _start.AddSeconds(1), Ms, """ "name":"another" """);
        await gateway.KeepSpanAsync("log-service", more, "000000000000000d", _start.AddSeconds(1), Ms, """ "name":"somebody's" """);

        var trace = await gateway.ReadTraceAsync(_trace, await gateway.LogInAsync(isAdmin: false));

        Assert.Equal(
            [(batch, "batch"), (batch, "INSERT")],
            trace.GetProperty("spans").EnumerateArray().Skip(3)
                .Select(span => (span.GetProperty("traceId").GetString()!, span.GetProperty("name").GetString()!)));
    }

    [Fact]
    public async Task A_process_that_kept_its_own_spans_alone_is_said_to_have_done_so()
    {
        await gateway.KeepSpanAsync("user-service", _trace, "0000000000000002", _start, 5 * Ms, """
            "name":"GET","kind":2,"parentSpanId":"0000000000000001","status":{"code":2},
            "attributes":[{"key":"messageboard.kept","value":{"stringValue":"error"}}]
            """);
        await KeepCallAsync("alice", _start);

        var trace = await gateway.ReadTraceAsync(_trace, await gateway.LogInAsync(isAdmin: false));

        Assert.Equal((true, "errorOnly"), (trace.GetProperty("partial").GetBoolean(), trace.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Of_the_log_users_read_what_their_own_requests_wrote()
    {
        var (alice, admin) = (await gateway.LogInAsync(isAdmin: false), await gateway.LogInAsync(isAdmin: true));
        await KeepRequestAsync(_start);
        await KeepCallAsync("alice", _start);
        await KeepLineAsync(_start.AddMinutes(1), "of a span", "0000000000000002");
        await KeepLineAsync(_start + (4 * Ms), "of its time", "00000000000000ff");
        await KeepLineAsync(_start.AddMinutes(1), "of somebody else", "00000000000000ff");

        Assert.Equal(["of a span", "of its time"], await MessagesAsync($"/logs?traceId={_trace}", alice));
        Assert.Equal(3, (await MessagesAsync($"/logs?traceId={_trace}", admin)).Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.ReadAsync("/logs", alice)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.ReadAsync($"/logs?traceId={Guid.NewGuid():N}", alice)).Status);
    }

    private Task KeepLineAsync(DateTimeOffset time, string message, string spanId) => gateway.KeepLineAsync("user-service", time, $$$"""
        "body":{"stringValue":"{{{message}}}"},"severityNumber":9,"traceId":"{{{_trace}}}","spanId":"{{{spanId}}}"
        """);

    private async Task<List<string>> MessagesAsync(string path, string cookie) =>
        [.. (await gateway.ReadAsync(path, cookie)).Body.GetProperty("items").EnumerateArray()
            .Select(line => line.GetProperty("message").GetString()!).Order(StringComparer.Ordinal)];

    private async Task KeepRequestAsync(DateTimeOffset start, string more = "")
    {
        await gateway.KeepSpanAsync("gateway", _trace, "0000000000000001", start, 10 * Ms, """ "name":"GET","kind":2 """);
        await gateway.KeepSpanAsync(
            "user-service", _trace, "0000000000000002", start + Ms, 8 * Ms,
            """ "name":"GET","kind":2,"parentSpanId":"0000000000000001" """);
        await gateway.KeepSpanAsync(
            "user-service", _trace, "0000000000000003", start + (2 * Ms), Ms,
            $""" "name":"INSERT","kind":3,"parentSpanId":"0000000000000002"{more} """);
    }

    private async Task KeepCallAsync(string user, DateTimeOffset start)
    {
        var call = new ApiCall(
            $"{Guid.NewGuid():N}", start + (8 * Ms), user, "GET", "/api/users/me", "/api/users/me", 200, 5, "user-service", "ctx2",
            "user-service-ctx2-a", _trace);
        await gateway.Redis.RunAsync(redis => redis.ListLeftPushAsync(RedisEventSink.ListKey(user), call.ToJson()));
    }

    private static IEnumerable<string> Services(JsonElement trace) =>
        trace.GetProperty("spans").EnumerateArray().Select(span => span.GetProperty("service").GetString()!);
}
