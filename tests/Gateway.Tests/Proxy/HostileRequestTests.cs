using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Gateway.Tests.Proxy;

/// <summary>
/// Nothing that a caller can write, byte for byte, counts against an endpoint: the exercise that takes one out after its first error is in
/// force, and there is one connection to each.
/// </summary>
public sealed class HostileRequestTests(HostileRequestTests.Fixture fixture) : IClassFixture<HostileRequestTests.Fixture>
{
    private const string Path = "/api/users/ping";

    // What comes back: a status, or 0 for a connection that is closed without a word.
    public static TheoryData<string, string, int[]> Requests => new()
    {
        { "a header in UTF-8", Get("x-a: é"), [200] },
        { "a header in no encoding", Raw(Get("x-a: \u00ff\u00fe\u0080")), [200] },
        { "a cookie in UTF-8", Get("Cookie: theme=한국어; a=b"), [200] },
        { "a header of control characters", Get("x-a: \u0001\u001f\u007f"), [200, 400] },
        { "a header with a null", Get("x-a: a\0b"), [400] },
        { "a header's name of signs", Get("a(b)<c>: d"), [200, 400] },
        { "a header's name in UTF-8", Get("é: d"), [400] },
        { "a header without a colon", Get("nothing"), [400] },
        { "a header on two lines", Get("x-a: b\r\n c"), [200, 400] },
        { "an empty name", Get(": a"), [400] },
        { "a long header", Get($"x-a: {new string('a', 20_000)}"), [200] },
        { "a header too long", Get($"x-a: {new string('a', 31_000)}"), [431] },
        { "many headers", Get(string.Join("\r\n", Enumerable.Range(0, 75).Select(i => $"x-{i}: a"))), [200] },
        { "too many headers", Get(string.Join("\r\n", Enumerable.Range(0, 98).Select(i => $"x-{i}: a"))), [431] },
        {
            "headers of a hop", Get("Connection: close, x-a, keep-alive\r\nx-a: b\r\nKeep-Alive: timeout=0\r\nTE: trailers, gzip;q=9"),
            [200]
        },
        {
            "headers of a proxy", Get("X-Forwarded-For: é, ,\r\nX-Forwarded-Proto: \u0001\r\nForwarded: for=\"[\"\r\nVia: 0.1 é"),
            [200, 400]
        },
        { "headers of a trace", Get("traceparent: é\r\ntracestate: é=é,,\r\nbaggage: a=%ff%00,é"), [200] },
        { "a name of the mesh", Get("X-Mesh-Source: é é"), [200] },
        { "an own timeout", Get("x-envoy-upstream-rq-timeout-ms: -1\r\nx-envoy-max-retries: é"), [200] },
        { "a date that is none", Get("Date: é\r\nIf-Modified-Since: é\r\nRange: bytes=é\r\nAuthorization: \u00ff"), [200] },

        { "a body", Post("Content-Length: 2", "{}"), [200] },
        { "a body of a GET", Raw($"GET {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}"), [200] },
        { "a body that breaks off", Post("Content-Length: 10", "abc"), [0, 400] },
        { "a body of which nothing comes", Post("Content-Length: 10", ""), [0, 400] },
        { "a long body", Post("Content-Length: 1000000", new string('a', 1_000_000)), [200] },
        { "a body too long to be kept", Post("Content-Length: 2000000", new string('a', 2_000_000)), [200] },
        { "a long body in chunks", Post("Transfer-Encoding: chunked", $"fffff\r\n{new string('a', 0xfffff)}\r\n0\r\n\r\n"), [200] },
        { "a body too long, broken off", Post("Content-Length: 2000000", new string('a', 1000)), [0, 200, 400] },
        { "a length with a sign", Post("Content-Length: +2", "{}"), [400] },
        { "a negative length", Post("Content-Length: -2", "{}"), [400] },
        { "a length of zeros", Post("Content-Length: 0000000000000000000000002", "{}"), [400] },
        { "a length beyond all", Post("Content-Length: 99999999999999999999", "{}"), [400] },
        { "a length in hexadecimal", Post("Content-Length: 0x2", "{}"), [400] },
        { "a length in other digits", Post("Content-Length: \u0662", "{}"), [400] },
        { "two lengths", Post("Content-Length: 2\r\nContent-Length: 3", "{}"), [400] },
        { "a list of lengths", Post("Content-Length: 2, 2", "{}"), [400] },
        { "no length", Post("x-a: b", "{}"), [200, 411] },
        { "a length and chunks", Post("Content-Length: 3\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"), [200, 400] },
        { "chunks", Post("Transfer-Encoding: chunked", "1\r\n{\r\n1;a=b\r\n}\r\n0\r\n\r\n"), [200] },
        { "a chunk beyond all", Post("Transfer-Encoding: chunked", "fffffffffffffffff\r\n{}\r\n"), [400] },
        { "a chunk of the longest length", Post("Transfer-Encoding: chunked", "7fffffff\r\n{}\r\n"), [0, 400, 413] },
        { "a chunk of a negative length", Post("Transfer-Encoding: chunked", "-1\r\n{}\r\n"), [400] },
        { "a chunk of no number", Post("Transfer-Encoding: chunked", "xyz\r\n{}\r\n"), [400] },
        { "a chunk longer than it says", Post("Transfer-Encoding: chunked", "1\r\nabcdef\r\n0\r\n\r\n"), [400] },
        { "a chunk that breaks off", Post("Transfer-Encoding: chunked", "a\r\nabc"), [0, 400] },
        { "chunks without an end", Post("Transfer-Encoding: chunked", "2\r\n{}\r\n"), [0, 400] },
        { "a chunk's extension without end", Post("Transfer-Encoding: chunked", $"2;{new string('a', 70_000)}"), [0, 400, 413] },
        { "trailers", Post("Transfer-Encoding: chunked\r\nTrailer: x-a", "2\r\n{}\r\n0\r\nx-a: é\r\nHost: b\r\n\r\n"), [200, 400] },
        { "trailers of nonsense", Post("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\nnothing\r\n\r\n"), [200, 400] },
        { "another coding", Post("Transfer-Encoding: gzip", "{}"), [400, 501] },
        { "a coding before chunks", Post("Transfer-Encoding: gzip, chunked", "2\r\n{}\r\n0\r\n\r\n"), [200, 400, 501] },
        { "chunks twice", Post("Transfer-Encoding: chunked, chunked", "2\r\n{}\r\n0\r\n\r\n"), [200, 400, 501] },
        { "a coding in other letters", Post("Transfer-Encoding: \u000bchunked", "2\r\n{}\r\n0\r\n\r\n"), [200, 400, 501] },
        { "an expectation", Post("Content-Length: 2\r\nExpect: 100-continue", "{}"), [100, 200] },
        { "an expectation and no body", Post("Content-Length: 2\r\nExpect: 100-continue", ""), [100, 0, 400] },
        { "another expectation", Post("Content-Length: 2\r\nExpect: é", "{}"), [200, 417] },
        { "types of nonsense", Post("Content-Length: 2\r\nContent-Type: é; charset=x-evil\r\nContent-Encoding: é", "{}"), [200] },
        { "headers of the content", Get("Content-Type: é\r\nContent-MD5: é\r\nLast-Modified: é\r\nExpires: \u00ff\r\nAllow: é"), [200] },

        { "TRACE", Line($"TRACE {Path} HTTP/1.1"), [200] },
        { "DELETE", Line($"DELETE {Path} HTTP/1.1"), [200] },
        { "POST of nothing", Line($"POST {Path} HTTP/1.1"), [200, 411] },
        { "OPTIONS", Line($"OPTIONS {Path} HTTP/1.1"), [200] },
        { "a method of its own", Line($"PUNCH {Path} HTTP/1.1"), [200] },
        { "a method of signs", Line($"!#$%&'*+-.^_`|~ {Path} HTTP/1.1"), [200, 400] },
        { "a method in small letters", Line($"get {Path} HTTP/1.1"), [200] },
        { "no method", Line($" {Path} HTTP/1.1"), [400] },
        { "CONNECT", Line("CONNECT localhost:80 HTTP/1.1"), [400, 404, 405] },
        { "CONNECT to a path", Line($"CONNECT {Path} HTTP/1.1"), [400, 404, 405] },
        { "OPTIONS of all", Line("OPTIONS * HTTP/1.1"), [200, 400, 404] },
        { "an absolute address", Line($"GET http://localhost{Path} HTTP/1.1"), [200, 400] },
        { "an absolute address with a zero", Line($"GET http://localhost{Path}%00 HTTP/1.1"), [400] },
        { "another absolute address", Line($"GET ftp://a@b:1{Path} HTTP/1.1"), [200, 400, 421] },
        { "no path", Line("GET  HTTP/1.1"), [400] },
        { "HTTP/1.0", Line($"GET {Path} HTTP/1.0"), [200] },
        { "another version", Line($"GET {Path} HTTP/9.9"), [400, 505] },
        { "HTTP/2 at once", Raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), [0, 400, 505] },
        { "no HTTP", Raw("\u0016\u0003\u0001\u0002\0\u0001\0"), [0, 400] },
        { "half an escape", Line($"GET {Path}/%C3%zz%2 HTTP/1.1"), [200, 400] },
        { "escapes of half a letter", Line($"GET {Path}/%C3%28%ED%A0%80%FF HTTP/1.1"), [200, 400] },
        { "an escaped null", Line($"GET {Path}/%00 HTTP/1.1"), [200, 400] },
        { "an escaped line's end", Line($"GET {Path}/%0d%0aa:b?%0d%0ac HTTP/1.1"), [200] },
        { "signs in the path", Line($"GET {Path}/[\"<>^`{{|}}\\#@:;a HTTP/1.1"), [200, 400] },
        { "signs in the query", Line($"GET {Path}?[\"<>^`{{|}}\\#?&&=%%zz HTTP/1.1"), [200, 400] },
        { "UTF-8 in the path", Line($"GET {Path}/é HTTP/1.1"), [200, 400] },
        { "a long path", Line($"GET {Path}/{new string('"', 6_000)} HTTP/1.1"), [200] },
        { "a path too long", Line($"GET {Path}/{new string('a', 8_000)} HTTP/1.1"), [414] },
        { "an upgrade", Get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: é\r\nSec-WebSocket-Version: 13"), [200, 400] },
        { "an upgrade to SPDY", Get("Connection: Upgrade\r\nUpgrade: SPDY/3.1"), [200, 400] },
        { "an upgrade to HTTP/2", Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: é"), [200, 400] },
        { "an upgrade with a body", Post("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2", "{}"), [200, 400] },
        { "no host", Raw($"GET {Path} HTTP/1.1\r\nConnection: close\r\n\r\n"), [400] },
        { "two hosts", Raw($"GET {Path} HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"), [400] },
        { "a host of nonsense", Raw($"GET {Path} HTTP/1.1\r\nHost: [::1\r\n\r\n"), [400] },
        { "two requests at once", Get("x-a: b") + $"GET {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: +9\r\n\r\n", [200] },
        { "a caller who goes away", Line($"GET {Path}?delay=100 HTTP/1.1"), [Gone] },
    };

    // Does not wait for an answer.
    private const int Gone = -1;

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task No_request_takes_an_endpoint_out(string what, string request, int[] statuses)
    {
        for (var i = 0; i < 20; i++)
        {
            var status = await SendAsync(request, breaksOff: statuses.Contains(0), waits: !statuses.Contains(Gone));
            Assert.True(statuses.Contains(Gone) || statuses.Contains(status), $"{what}: {status}");
        }

        // If one were out, a request of either 70 or 30 percent of all would fail; not to hit it would be one run of a million.
        await Eventually.IsTrueAsync(async () => (await fixture.Gateway.Client.GetAsync(Path)).IsSuccessStatusCode, "an honest request");
        for (var i = 0; i < 40; i++)
        {
            using var response = await fixture.Gateway.Client.GetAsync(Path);
            Assert.True(response.IsSuccessStatusCode, $"{what}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task A_request_that_is_none_is_in_no_count()
    {
        var before = await CountsAsync();
        foreach (var (_, request, statuses) in Requests.Select(row => row.Data).Where(row => row.Item3 is [400] or [413] or [0, 400]))
            await SendAsync(request, breaksOff: statuses.Contains(0), waits: true);

        Assert.Equal(before, await CountsAsync());

        async Task<(long Errors, long Unanswered)> CountsAsync()
        {
            var traffic = await fixture.Gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic");
            var counts = traffic.GetProperty("services").EnumerateArray()
                .Single(row => row.GetProperty("service").GetString() == "user-service").GetProperty("sinceStart");
            return (counts.GetProperty("errors").GetInt64(), counts.GetProperty("unanswered").GetInt64());
        }
    }

    private static string Raw(string request) => request;

    private static string Line(string line) => $"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static string Get(string headers) => $"GET {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n";

    private static string Post(string headers, string body) => $"POST {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n{body}";

    // Characters up to U+00FF that the case names so are bytes; all else is UTF-8.
    private static byte[] Bytes(string request) =>
        request.Any(letter => letter is >= '\u0080' and <= '\u00bf' or '\u00fe' or '\u00ff')
            ? Encoding.Latin1.GetBytes(request)
            : Encoding.UTF8.GetBytes(request);

    private async Task<int> SendAsync(string request, bool breaksOff, bool waits)
    {
        var address = fixture.Gateway.Client.BaseAddress!;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
        await socket.ConnectAsync(address.Host, address.Port);
        try
        {
            await socket.SendAsync(Bytes(request));
            if (!waits)
                return Gone;

            if (breaksOff)
                socket.Shutdown(SocketShutdown.Send);

            using var reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
            return reader.ReadLine() is ['H', 'T', 'T', 'P', '/', _, '.', _, ' ', .. var rest]
                ? int.Parse(rest[..3], System.Globalization.CultureInfo.InvariantCulture)
                : 0;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return 0; // reset
        }
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public MeshedGateway Gateway { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Gateway.InitializeAsync();
            await Gateway.ApplyExampleAsync("circuit-breaking");
        }

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
