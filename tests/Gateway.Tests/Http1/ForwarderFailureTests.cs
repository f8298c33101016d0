using System.Diagnostics;
using System.Globalization;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>What becomes of requests and connections when a service or a caller is gone; the same with both forwarders.</summary>
public sealed class ForwarderFailureTests(TwoGateways gateways) : IClassFixture<TwoGateways>
{
    private const string Path = "/api/logs/a";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_service_that_is_gone_is_503_and_its_successor_is_found(bool isOwn)
    {
        await using var gateway = new Http1Gateway(isOwn);
        var backend = new RawBackend();
        var port = backend.Port;
        await gateway.StartAsync(new Dictionary<string, IReadOnlyList<int>> { ["log-service"] = [port] });
        Assert.Equal(200, (await AskAsync(gateway, "GET"))?.Status);

        backend.Dispose();
        var refused = await AskAsync(gateway, "GET");
        Assert.Equal(503, refused?.Status);
        Assert.Contains("connection failure", refused!.Body, StringComparison.Ordinal);

        using var successor = new RawBackend(port);
        Assert.Equal(200, (await AskAsync(gateway, "POST"))?.Status);
        Assert.Single(successor.Seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_service_that_never_answers_is_504_in_time_and_loses_its_connection(bool isOwn)
    {
        var (gateway, backend) = gateways.Of(isOwn);
        backend.Answers.Enqueue(new("never") { End = AnswerEnd.Hold });
        var begun = Stopwatch.GetTimestamp();

        var answer = await AskAsync(gateway, "POST", "x-subset: s0\r\nx-route: hasty\r\n");

        Assert.Equal(504, answer?.Status);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, Http1Gateway.Hasty - 20, 10_000);
        await backend.QuietAsync();
    }

    // Safe requests find the new process; any other is sent once, and mostly finds it too, as the end of the old connection has come.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kept_connections_that_have_ended_cost_nobody_a_request(bool isOwn)
    {
        var (gateway, backend) = gateways.Of(isOwn);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(200, (await AskAsync(gateway, "GET"))?.Status);
            backend.EndKept(isReset: i % 2 == 0);
            backend.Seen.Clear();

            var answer = await AskAsync(gateway, i % 3 == 0 ? "POST" : "GET");

            Assert.Equal(200, answer?.Status);
            Assert.Single(backend.Seen);
        }
    }

    [Theory]
    [InlineData(true, AnswerEnd.Close)]
    [InlineData(true, AnswerEnd.Reset)]
    [InlineData(false, AnswerEnd.Close)]
    [InlineData(false, AnswerEnd.Reset)]
    internal async Task What_is_not_safe_is_never_sent_twice(bool isOwn, AnswerEnd end)
    {
        var (gateway, backend) = gateways.Of(isOwn);
        foreach (var method in (string[])["POST", "PUT", "DELETE", "PATCH"])
        {
            Assert.Equal(200, (await AskAsync(gateway, "GET"))?.Status); // a connection is kept
            backend.Seen.Clear();
            backend.Answers.Enqueue(new("nothing") { End = end });

            var answer = await AskAsync(gateway, method);

            Assert.Equal((503, 1), (answer?.Status, backend.Seen.Count));
            Assert.Contains("connection termination", answer!.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc")]
    [InlineData(false, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc")]
    public async Task Where_the_caller_goes_the_service_is_let_go(bool isOwn, string begun)
    {
        var (gateway, backend) = gateways.Of(isOwn);
        backend.Seen.Clear();
        for (var i = 0; i < 10; i++)
        {
            backend.Answers.Enqueue(new("never", begun) { End = AnswerEnd.Hold });
            using (var client = await Wire.ConnectAsync(gateway.Port))
            {
                await client.WriteAsync($"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}");
                await Eventually.IsTrueAsync(() => backend.Seen.Count == i + 1, "the service has the request");
            }

            await backend.QuietAsync();
        }

        await Eventually.IsTrueAsync(() => backend.Open <= 1, "no connection stays");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thousand_mixed_exchanges_leave_no_more_connections_than_went_on_at_once(bool isOwn)
    {
        const int Callers = 8;
        var (gateway, backend) = gateways.Of(isOwn);
        backend.EndKept();
        var (seed, accepted) = (Random.Shared.Next(), backend.Accepted);
        backend.Usual = request =>
        {
            var random = new Random(unchecked(seed + int.Parse(request["X-Number"]!, CultureInfo.InvariantCulture)));
            return random.Is(80) ? Answers.Good(random, request.Method) : Answers.Draw(random, request.Method, mayReset: true)[0];
        };
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < 1000; i += Callers)
                await AskAsync(gateway, i % 3 == 0 ? "POST" : "GET", $"X-Number: {i}\r\n");
        })));
        backend.Usual = RawBackend.Echo;

        await Eventually.IsTrueAsync(() => backend.Open <= Callers, $"seed {seed}: of {backend.Accepted - accepted} connections few stay");
        Assert.InRange(backend.Accepted - accepted, 1, 900); // most are used again
        Assert.Equal(200, (await AskAsync(gateway, "GET"))?.Status);
    }

    private static async Task<HttpText?> AskAsync(Http1Gateway gateway, string method, string headers = "")
    {
        using var client = await Wire.ConnectAsync(gateway.Port);
        var body = method == "GET" ? "" : "{}";
        await client.WriteAsync(
            $"{method} {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");
        return await HttpText.ReadResponseAsync(client, method);
    }
}
