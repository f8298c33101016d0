using System.Collections.Concurrent;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>What a request's own x-envoy-* headers do, and of whose requests they do it.</summary>
public sealed class EnvoyHeadersTests : ForwardingTest
{
    private const string Timeout = "x-envoy-upstream-rq-timeout-ms", PerTry = "x-envoy-upstream-rq-per-try-timeout-ms",
        Most = "x-envoy-max-retries", On = "x-envoy-retry-on";

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:10.0.0.1")]
    public async Task A_timeout_from_inside_stands_before_the_routes(string? from)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromHours(1) });
        _mesh.Ctx1.Answer = context => Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);

        var answer = await GetAsync(from, (Timeout, "200"));

        Assert.Equal((504, ResponseFlags.UT), (answer.Status, answer.Flags));
        Assert.Equal([$"{Timeout}: 200"], answer.Explanation.Notes);
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("10.0.0.1, 10.0.0.2")]
    [InlineData("nobody")]
    public async Task From_outside_nothing_is_believed_and_nothing_goes_on(string from)
    {
        var seen = Watch(500);

        var answer = await GetAsync(
            from, (Timeout, "1"), (PerTry, "1"), (Most, "5"), (On, "5xx"), ("x-envoy-internal", "true"), ("X-Envoy-Force-Trace", "1"),
            ("x-envoy-attempt-count", "7"), ("x-envoy-original-path", "/a"), ("x-envoy-external-address", "1.2.3.4"));

        Assert.Equal((500, 1), (answer.Status, answer.Explanation.Attempts.Count));
        Assert.Empty(answer.Explanation.Notes);
        Assert.Equal(["x-envoy-attempt-count: 1"], Assert.Single(seen));
    }

    [Theory]
    [InlineData("0", 200)]
    [InlineData("-1", 504)]
    [InlineData("é", 504)]
    [InlineData("1e9", 504)]
    [InlineData("99999999999", 504)]
    [InlineData("4294967295", 200)]
    public async Task Zero_is_no_timeout_and_what_is_no_number_is_passed_over(string value, int status)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromMilliseconds(100) });
        _mesh.Ctx1.Answer = context => Task.Delay(600, context.RequestAborted);

        Assert.Equal(status, (await GetAsync(null, (Timeout, value))).Status);
    }

    [Theory]
    [InlineData("5xx", null, null, 503, 3)]
    [InlineData("5xx", "0", null, 503, 1)]
    [InlineData("5xx", "4", null, 503, 5)]
    [InlineData("nonsense, 5xx", "4", null, 503, 5)]
    [InlineData(null, "4", null, 503, 1)]
    [InlineData("gateway-error", "1", null, 500, 1)]
    [InlineData("retriable-4xx", "1", null, 409, 2)]
    [InlineData("retriable-status-codes", "1", "418, 419", 418, 2)]
    [InlineData(null, "1", "418", 418, 1)]
    public async Task What_is_tried_again_and_how_often(string? on, string? most, string? codes, int status, int tries)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Retries = HttpRetry.Default with { Backoff = TimeSpan.FromMilliseconds(1) } });
        var seen = Watch(status);

        var answer = await GetAsync(null, (On, on), (Most, most), ("x-envoy-retriable-status-codes", codes));

        Assert.Equal((status, tries), (answer.Status, answer.Explanation.Attempts.Count));
        Assert.Equal(Enumerable.Range(1, tries).Select(number => $"x-envoy-attempt-count: {number}"), seen.SelectMany(headers => headers));
    }

    [Fact]
    public async Task Where_the_route_tries_nothing_again_the_header_has_one_more_try()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Retries = new() { Attempts = 0 } });
        Watch(503);

        Assert.Equal(2, (await GetAsync(null, (On, "5xx"))).Explanation.Attempts.Count);
        Assert.Single((await GetAsync(null, (Most, "3"))).Explanation.Attempts);
    }

    [Fact]
    public async Task A_try_has_its_own_timeout_and_the_service_is_told_of_the_shorter_one()
    {
        var seen = Watch(200);
        await GetAsync(null, (Timeout, "60000"), (PerTry, "30000"));
        await GetAsync(null, (Timeout, "30000"), (PerTry, "60000"));
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Timeout = TimeSpan.FromSeconds(40) });
        await GetAsync(null);

        Assert.Equal(
            ["30000", "30000", "40000"],
            seen.Select(headers => headers.Single(header => header.Contains("expected-rq", StringComparison.Ordinal)).Split(' ')[1]));
        Assert.All(seen, headers => Assert.Equal(2, headers.Length));
    }

    [Fact]
    public async Task A_timeout_is_answered_with_nothing_where_that_is_wanted()
    {
        _mesh.Ctx1.Answer = context => Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);

        var answer = await GetAsync(null, (Timeout, "100"), ("x-envoy-upstream-rq-timeout-alt-response", "1"));

        Assert.Equal((204, "", ResponseFlags.UT), (answer.Status, answer.Body, answer.Flags));
    }

    [Fact]
    public async Task What_is_not_carried_out_is_said()
    {
        var answer = await GetAsync(null, ("x-envoy-hedge-on-per-try-timeout", "true"));

        Assert.Equal(["x-envoy-hedge-on-per-try-timeout is not carried out"], answer.Explanation.Notes);
    }

    [Fact]
    public async Task A_rewritten_path_is_told_as_it_was()
    {
        var seen = Watch(200);
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Rewrite = new("/b", null, null) });

        await GetAsync(null, ("x-envoy-original-path", "/forged"));

        Assert.Contains("x-envoy-original-path: /", Assert.Single(seen));
    }

    // The x-envoy-* headers of each request that comes.
    private ConcurrentQueue<string[]> Watch(int status)
    {
        var seen = new ConcurrentQueue<string[]>();
        _mesh.Ctx1.Answer = context =>
        {
            seen.Enqueue([
                .. context.Request.Headers.Where(header => header.Key.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase))
                    .Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}").Order()]);
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        return seen;
    }

    private Task<TestMesh.Answer> GetAsync(string? from, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/");
        foreach (var (name, value) in headers.Append(("X-Forwarded-For", from)))
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }

        return _mesh.AskAsync(request);
    }
}
