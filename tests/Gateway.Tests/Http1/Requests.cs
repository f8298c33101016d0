using System.Runtime.InteropServices;
using System.Text;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>Draws requests that a caller may send: mostly plain ones, all of them of one meaning.</summary>
internal static class Requests
{
    // Of what the mesh, YARP and Kestrel each treat in a way of their own, and of what nobody knows.
    private static readonly string[] Headers =
    [
        "Accept: */*", "Accept: text/html, application/json;q=0.9", "Accept-Encoding: gzip, br", "Accept-Language: ko,en;q=0.5",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "User-Agent: a b/1 (c;", "user-agent:", "Cookie: a=b; session=0123",
        "Cookie: a=b\r\nCookie: c=d", "Cookie: theme=\u00ed\u0095\u009c", "Referer: http://localhost/page?a=%2F",
        "Authorization: Bearer abc.def", "X-Empty:", "X-Empty: \r\nX-Empty: a", "X-List: a\r\nX-List: b, c", "x-list: a,b\r\nX-LIST: c",
        "X-Spaces: \t a  b \t", "X-Obs: \u0080\u00ff\u00e9", "X-Utf8: \u00ed\u0095\u009c\u00ea\u00b5\u00ad", "X-Colon: a:b: c",
        "X-Quote: \"a, b\\\"\", c", "X-Signs!#$%&'*+.^_`|~: a", "If-None-Match: \"a\", W/\"b\"",
        "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT", "If-Modified-Since: yesterday", "Range: bytes=0-4", "Range: bytes=2-3,5-",
        "Range: lines=1-2", "If-Match: *", "Date: Thu, 01 Jan 2026 00:00:00 GMT", "Date: now", "Via: 1.1 a, 1.0 b (c)",
        "Warning: 199 - \"a\"", "From: a@b", "Max-Forwards: 3", "Pragma: no-cache", "Cache-Control: no-cache, max-age=0",
        "Content-Type: application/json; charset=utf-8", "Content-Type: nonsense", "Content-Encoding: gzip", "Content-Language: ko",
        "Content-Location: /a", "Content-MD5: abc", "Content-Range: bytes 0-1/2", "Content-Disposition: attachment; filename=\"\u00e9\"",
        "Last-Modified: never", "Expires: 0", "Allow: GET", "X-Forwarded-For: 8.8.8.8",
        "X-Forwarded-For: 10.0.0.1, 10.0.0.2\r\nX-Forwarded-For: 10.0.0.3", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example",
        "X-Forwarded-Prefix: /a", "X-Forwarded-Anything: a", "Forwarded: for=1.2.3.4;host=a", "X-Real-IP: 1.2.3.4",
        "X-Mesh-Source: cluster.local/ns/a/sa/b 00", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\ntracestate: a=b,c=d",
        "traceparent: nonsense\r\ntracestate: a=b", "tracestate: a=b", "baggage: a=b,c=%20", "X-Request-ID: 12345", "x-b3-traceid: 1",
        "Request-Id: |a.b.", "Connection: keep-alive", "Connection: x-hop\r\nX-Hop: a",
        "Connection: keep-alive, X-Hop\r\nx-hop: a\r\nKeep-Alive: timeout=5", "Connection: Content-Type", "Keep-Alive: timeout=5, max=10",
        "Proxy-Connection: keep-alive", "Proxy-Authorization: Basic abc", "Proxy-Authenticate: Basic", "Upgrade-Insecure-Requests: 1",
        "Upgrade: h2c", "TE: trailers", "TE: gzip;q=0.5", "Trailer: X-Trailer", "Connection: TE\r\nTE: trailers",
        "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site", "Origin: http://localhost", "Origin: http://evil.example",
        "Origin: null", "DNT: 1", "Save-Data: on", "Server: a", "Alt-Svc: clear", "Set-Cookie: a=b", "Access-Control-Request-Method: GET",
        "Host-Name: a", "x-envoy-upstream-rq-timeout-ms: 60000", "x-envoy-max-retries: 1", "x-envoy-original-path: /a",
        "x-envoy-attempt-count: 5", "x-envoy-expected-rq-timeout-ms: 1", "x-mesh-explain: true", "x-mesh-explain: false",
        "x-mesh-denied: true", "X-Service-Cluster: ctx9", "X-Trace-Id: abc", "HTTP2-Settings: abc",
        "X-Method-Override: DELETE", "Early-Data: 1", "Priority: u=1, i",
    ];

    private static readonly string[] Paths =
    [
        "", "/", "/a", "/a/b/c.html", "/a%2Fb", "/a%2fb%5Cc", "/%61%7e", "//a///b/", "/./a/../b", "/a/b/..", "/a/%2e%2E/b", "/%ED%95%9C",
        "/%FF%00a", "/a;b=c/d,e", "/~!$&'()*+,;=:@", "/a.", "/..a/...", "/a%20b%25", "/redis", "/ping",
        "/1234567890/messages/0f8fad5b-d9cb-469f-a165-70867728950e",
    ];

    private static readonly string[] Queries =
    [
        "", "", "", "?", "?a", "?a=b&c=d", "?a=%2F&b=/../c", "?q=100%25%20%ED%95%9C", "??a=?", "?a=b#c", "?a=+%2B", "?[]{}|^\"<>`",
        "?a=b&a=b", "?%00=%0d%0a",
    ];

    /// <summary>Draws a request.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="prefix">What its path begins with.</param>
    /// <param name="subset">Which subset takes it.</param>
    /// <param name="rule">Which rule takes it; null for the subset's default.</param>
    /// <param name="number">The exchange's number.</param>
    public static (string Method, string Text) Draw(Random random, string prefix, int subset, string? rule, int number)
    {
        var method = random.Next(100) switch
        {
            < 48 => "GET",
            < 58 => "HEAD",
            < 76 => "POST",
            < 83 => "PUT",
            < 89 => "DELETE",
            < 93 => "PATCH",
            < 97 => "OPTIONS",
            _ => random.Pick("PUNCH", "get", "Head", "M-SEARCH", "TRACE", "LINK", "PROPFIND"),
        };
        var target = prefix + random.Pick(Paths) + random.Pick(Queries);
        if (random.Is(1) && !target.Contains("%00", StringComparison.Ordinal))
            target = $"http://localhost{target}";

        if (random.Is(0.5))
            target += random.Letters(7_000);

        var isOld = random.Is(3);
        var text = new StringBuilder($"{method} {target} HTTP/1.{(isOld ? 0 : 1)}\r\n");
        List<string> headers =
            [$"Host: {random.Pick("localhost", "localhost:8080", "127.0.0.1")}", $"x-subset: s{subset}", $"X-Number: {number}"];
        if (rule is not null)
            headers.Add($"x-route: {rule}");

        for (var i = random.Is(60) ? random.Next(6) : random.Next(25); i > 0; i--)
        {
            var header = random.Pick(Headers);
            if (rule != "hasty" || !header.StartsWith("x-envoy-", StringComparison.Ordinal)) // whose timeouts are others
                headers.Add(header);
        }

        if (method == "GET" && random.Is(2))
            headers.Add("Connection: Upgrade\r\nUpgrade: websocket"); // YARP makes a GET of any other

        if (random.Is(2))
            headers.Add($"X-Long: {random.Letters(random.Next(1, 18_000))}");

        if (random.Is(1))
            headers.AddRange(Enumerable.Range(0, random.Next(50, 75)).Select(i => $"X-{i}: {i}"));

        if (random.Is(5))
            headers.Add("Connection: close");

        var body = Body(random, method, isOld, headers);
        random.Shuffle(CollectionsMarshal.AsSpan(headers));
        foreach (var header in headers)
            text.Append(header).Append("\r\n");

        return (method, text.Append("\r\n").Append(body).ToString());
    }

    private static string Body(Random random, string method, bool isOld, List<string> headers)
    {
        var has = method switch { "POST" or "PUT" or "PATCH" => 85, "DELETE" or "PUNCH" => 25, _ => 6 };
        if (!random.Is(has))
            return "";

        var length = random.Next(100) switch
        {
            < 8 => 0,
            < 60 => random.Next(1, 300),
            < 80 => random.Next(300, 5_000),
            < 92 => random.Next(5_000, 60_000),
            _ => random.Pick(65_535, 65_536, 65_537, 69_999),
        };
        var body = random.Bytes(length);
        if (random.Is(3))
            headers.Add("Expect: 100-continue");

        if (!isOld && random.Is(25))
        {
            headers.Add(random.Pick("Transfer-Encoding: chunked", "transfer-encoding:chunked", "Transfer-Encoding: CHUNKED"));
            return random.Chunked(body);
        }

        headers.Add(random.Pick($"Content-Length: {body.Length}", $"content-length:{body.Length}", $"Content-Length:  0{body.Length} "));
        return body;
    }
}
