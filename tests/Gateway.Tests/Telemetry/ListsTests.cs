namespace MessageBoard.Gateway.Tests.Telemetry;

public sealed class ListsTests(TracedGateway gateway) : IClassFixture<TracedGateway>
{
    [Fact]
    public async Task Traces_are_found_by_service_duration_and_error_ones_own_by_users()
    {
        var (alice, bob, admin) =
            (await gateway.LogInAsync(isAdmin: false), await gateway.LogInAsync(isAdmin: false), await gateway.LogInAsync(isAdmin: true));
        var quick = await gateway.TraceAsync("/api/users/ping", alice);
        var slow = await gateway.TraceAsync("/api/users/ping?delay=600", bob);
        var failed = await gateway.TraceAsync("/api/users/ping?status=500", alice);
        await Eventually.IsTrueAsync(
            async () => (await FindAsync("?limit=100", admin)) is var all && all.Contains(quick) && all.Contains(slow)
                && (await FindAsync("?error=true", admin)).Contains(failed),
            "all have come");

        Assert.Equal([failed, quick], await FindAsync("", alice));
        Assert.Equal([slow], await FindAsync("?minDuration=500&service=gateway", bob));
        Assert.Equal([quick], await FindAsync("?error=false", alice));
        Assert.Equal([failed], await FindAsync("?limit=1", alice));
        Assert.Empty(await FindAsync("?service=nobody", admin));

        var found = (await gateway.ReadAsync("/traces?limit=1", alice)).Body.GetProperty("items")[0];
        Assert.Equal(
            ["traceId", "name", "service", "startTime", "durationMs", "spans", "error"],
            found.EnumerateObject().Select(property => property.Name));
        Assert.True(found.GetProperty("error").GetBoolean());
    }

    [Fact]
    public async Task Log_lines_are_found_by_service_cluster_and_level()
    {
        var admin = await gateway.LogInAsync(isAdmin: true);
        var start = DateTimeOffset.UtcNow;
        await gateway.KeepLineAsync("lines-a", start, """ "body":{"stringValue":"first"},"severityNumber":9 """);
        await gateway.KeepLineAsync("lines-a", start.AddSeconds(1), """ "body":{"stringValue":"second"},"severityNumber":13 """);
        await gateway.KeepLineAsync("lines-a-b", start.AddSeconds(2), """ "body":{"stringValue":"third"},"severityNumber":21 """);

        Assert.Equal([("second", "warn"), ("first", "info")], await LinesAsync("?service=lines-a", admin));
        Assert.Equal([("second", "warn")], await LinesAsync("?service=lines-a&level=warn", admin));
        Assert.Equal([("third", "fatal")], await LinesAsync("?cluster=ctx2&level=fatal", admin));
        Assert.Empty(await LinesAsync("?service=lines-a&cluster=ctx1", admin));

        var line = (await gateway.ReadAsync("/logs?service=lines-a&limit=1", admin)).Body.GetProperty("items")[0];
        Assert.Equal(
            ["time", "level", "service", "cluster", "pod", "category", "message", "traceId", "spanId", "attributes"],
            line.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ("lines-a-ctx2-a", "Some.Class"), (line.GetProperty("pod").GetString(), line.GetProperty("category").GetString()));
    }

    [Theory]
    [InlineData("/traces?service=%22%20%7D", "service")]
    [InlineData("/traces?service=a%20-resource:b", "service")]
    [InlineData("/traces?service=", "service")]
    [InlineData("/traces?minDuration=-1", "minDuration")]
    [InlineData("/traces?minDuration=1ms", "minDuration")]
    [InlineData("/traces?error=yes", "error")]
    [InlineData("/traces?limit=101", "limit")]
    [InlineData("/logs?traceId=%22", "traceId")]
    [InlineData("/logs?service=a%22%7D%20%7C%20line_format%20%22", "service")]
    [InlineData("/logs?service=a%0A", "service")]
    [InlineData("/logs?cluster=%7B", "cluster")]
    [InlineData("/logs?level=critical", "level")]
    [InlineData("/logs?limit=0", "limit")]
    public async Task What_may_not_stand_in_a_query_is_refused(string path, string field)
    {
        var (status, body) = await gateway.ReadAsync(path, await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(body.GetProperty("errors").TryGetProperty(field, out _));
    }

    private async Task<List<string>> FindAsync(string query, string cookie) =>
        [.. (await gateway.ReadAsync($"/traces{query}", cookie)).Body.GetProperty("items").EnumerateArray()
            .Select(trace => trace.GetProperty("traceId").GetString()!)];

    private async Task<List<(string, string)>> LinesAsync(string query, string cookie) =>
        [.. (await gateway.ReadAsync($"/logs{query}", cookie)).Body.GetProperty("items").EnumerateArray()
            .Select(line => (line.GetProperty("message").GetString()!, line.GetProperty("level").GetString()!))];
}
