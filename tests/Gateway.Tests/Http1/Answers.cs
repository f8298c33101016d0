using System.Text;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>Draws what a service may answer, and what none should.</summary>
internal static class Answers
{
    /// <summary>The kind of an answer of which nothing comes.</summary>
    public const string Nothing = "nothing";

    private static readonly string[] Headers =
    [
        "Content-Type: text/plain; charset=utf-8", "Content-Type: application/json", "content-type:text/html", "Content-Type: nonsense",
        "Content-Type:", "Date: Thu, 01 Jan 2026 00:00:00 GMT", "Server: raw/1.0", "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT",
        "Expires: 0", "ETag: W/\"a\"", "Vary: Accept, Cookie", "Vary: Accept\r\nVary: Cookie", "Cache-Control: no-cache",
        "Cache-Control: max-age=5\r\nCache-Control: private", "Location: /a/../b%2F?c#d", "Location: http://evil.example/",
        "Set-Cookie: a=b; path=/", "Set-Cookie: a=b\r\nSet-Cookie: c=d; expires=Thu, 01 Jan 2026 00:00:00 GMT\r\nSet-Cookie: e",
        "Set-Cookie:", "X-Empty:", "X-Empty: \r\nX-Empty: a", "X-List: a\r\nX-List: b, c", "x-list: a\r\nX-LIST: b",
        "X-Spaces: \t a  b \t", "X-Obs: \u0080\u00ff\u00e9", "X-Utf8: \u00ed\u0095\u009c", "X-Colon: a:b: c", "X-Signs!#$%&'*+.^_`|~: a",
        "X-Service-Name: log-service", "X-Service-Cluster: ctx2\r\nX-Pod-Name: log-service-ctx2-a", "X-Service-Cluster: ctx2",
        "X-Pod-Name: \u00e9", "X-Trace-Id: 00000000000000000000000000000000", "X-Trace-Id: a\r\nX-Trace-Id: b", "x-mesh-explain: {}",
        "x-mesh-denied: true", "x-envoy-upstream-service-time: 3", "x-envoy-overloaded: true",
        "Content-Security-Policy: default-src 'self'", "X-Content-Type-Options: none", "Cross-Origin-Resource-Policy: cross-origin",
        "Strict-Transport-Security: max-age=1", "Access-Control-Allow-Origin: *",
        "WWW-Authenticate: Basic realm=\"a, b\"\r\nWWW-Authenticate: Bearer", "Allow: GET, HEAD", "Accept-Ranges: bytes",
        "Content-Range: bytes 0-4/10", "Content-Language: ko", "Content-Location: /a",
        "Content-Disposition: attachment; filename=\"\u00e9\"", "Content-MD5: abc", "Age: 5", "Via: 1.1 a", "Warning: 110 - \"a\"",
        "Retry-After: 1", "Link: </a>; rel=next", "Refresh: 0", "Alt-Svc: h3=\":443\"", "Pragma: no-cache", "Cookie: a=b", "Host: a",
        "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Proxy-Authenticate: Basic", "Connection: keep-alive",
        "Connection: x-hop\r\nX-Hop: a", "Connection: keep-alive, X-Hop\r\nx-hop: a", "Upgrade: h2c", "TE: trailers",
        "Trailer: X-Trailer", "Trailer: X-Trailer, X-Other", "Referrer-Policy: origin", "Timing-Allow-Origin: *",
        "Clear-Site-Data: \"cache\"", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "NEL: {}", "Alt-Used: a",
    ];

    private static readonly int[] Statuses =
    [
        200, 200, 200, 200, 200, 200, 201, 202, 203, 206, 207, 226, 299, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 409, 410,
        413, 418, 422, 429, 431, 499, 500, 501, 502, 504, 505, 511, 599,
    ];

    private static readonly string[] NoLengths = ["+5", "-1", "0x10", "1 5", "", "99999999999999999999", "\u0662", "5,", "5;a"];

    private static readonly string[] NoCodings =
    [
        "chunked, identity", "xchunked", "gzip, chunked", "chunked, chunked", "identity", "gzip", "", "\"chunked\"", "chunked;q=1",
        "chunked,", ",chunked",        "\u000bchunked",
    ];

    private static readonly string[] NoSizes =
        ["xyz", "-1", "+5", "0x5", "fffffffffffffffff", "ffffffffffffffff", "7fffffffffffffff", "80000000", " 5", "5 5", "", ";a"];

    private static readonly string[] NoHeaders = ["nothing", ": a", "a b: c", " a: b", "Content-Length: 5"];

    private static readonly string[] NoNames = ["a b", "a(b)", "\u00e9", "a\0b", "", "a/b", "{a}", "a\u0001"];

    private static readonly string[] NoStatusLines =
    [
        "HTTP/1.1 99 A", "HTTP/1.1 2000 A", "HTTP/1.1 20 A", "HTTP/1.1 abc A", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK",
        "HTTP/1.1 200\tOK", "HTTP/1.1",
        "HTTP/1.1 ", "HTTP/1.2 200 OK", "HTTP/2 200 OK", "HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "http/1.1 200 OK",
        "HTTP/1.10 200 OK", "HTTP/1 200 OK",
        " HTTP/1.1 200 OK", "HTTPS/1.1 200 OK", "ICY 200 OK", "200 OK", "\r\nHTTP/1.1 200 OK", "HTTP/1.1 200OK", "HTTP/1.1 -20 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/11.1 200 OK",
    ];

    private static readonly string[] Controls = ["\0", "\u0001", "\u001b", "\u007f", "\r", "\u000b"];

    private static readonly string[] Reasons = [" OK", " OK", " OK", " Any Thing, at: all", " ", "", " \u00e9\u00ff", " Not\tOK", " 200"];

    /// <summary>Draws what is answered to one request, each try in turn.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="method">What was asked.</param>
    /// <param name="mayReset">Whether a connection may be reset: what has not been read may be lost with it, and so tried again.</param>
    public static List<Answer> Draw(Random random, string method, bool mayReset)
    {
        if (random.Is(62))
            return [Good(random, method)];

        // 503 is tried again by Istio's default.
        if (random.Is(3))
            return [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Good(random, method, 503)), Good(random, method)];

        var answer = Odd(random);
        if (!mayReset && answer.End == AnswerEnd.Reset)
            answer = answer with { End = AnswerEnd.Close };

        return random.Is(10) ? [answer, answer, Good(random, method)] : [answer];
    }

    /// <summary>One as RFC 9112 has it.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="method">What was asked.</param>
    /// <param name="fixedStatus">The status; null for any.</param>
    /// <param name="isFollowed">Whether another request comes at once, with which a close that nobody announced would race.</param>
    public static Answer Good(Random random, string method, int? fixedStatus = null, bool isFollowed = false)
    {
        var status = fixedStatus ?? (random.Is(12) ? random.Pick(204, 304, 304, 205) : random.Pick(Statuses));
        var isOld = random.Is(3);
        var hasNoBody = method.Equals("HEAD", StringComparison.OrdinalIgnoreCase) || status is 204 or 304;
        var body = status == 205 ? "" : Body(random);
        var head = new StringBuilder(random.Is(6) ? Interim(random) : "");
        head.Append(StatusLine(random, status, isOld)).Append(SomeHeaders(random));
        var (kind, end) = ("", AnswerEnd.Keep);
        switch (random.Next(10))
        {
            case < 6:
                kind = "a length";
                if (status != 204 && (!hasNoBody || random.Is(70)))
                {
                    head.Append(random.Pick("Content-Length: ", "content-length:", "Content-Length: \t"));
                    head.Append(body.Length).Append(random.Pick("\r\n", " \r\n"));
                }

                break;
            case < 9 when !isOld:
                kind = "chunks";
                if (status != 204 && (!hasNoBody || random.Is(70)))
                {
                    head.Append(random.Pick("Transfer-Encoding: ", "transfer-encoding:")).Append(random.Pick("chunked", "Chunked"));
                    head.Append("\r\n");
                }

                body = random.Chunked(body);
                break;
            default:
                kind = "a body to the end";
                end = hasNoBody ? AnswerEnd.Keep : AnswerEnd.Close;
                break;
        }

        if (end == AnswerEnd.Keep && (isOld || random.Is(6)))
        {
            var isKept = isOld && random.Is(50);
            head.Append("Connection: ").Append(isKept ? "keep-alive" : random.Pick("close", "Close", "x-hop, close")).Append("\r\n");
            end = isKept ? AnswerEnd.Keep : AnswerEnd.Close;
        }
        else if (end == AnswerEnd.Keep && status < 500 && !isFollowed && random.Is(5))
        {
            end = AnswerEnd.Close; // nobody has said so; it would race with another try
        }

        var answer = new Answer(kind)
        {
            End = end,
            Delay = random.Is(3) ? random.Next(1, 15) : 0,
            IsEarly = end == AnswerEnd.Keep && random.Is(5),
        };
        return Cut(random, answer, head.Append("\r\n").Append(hasNoBody ? "" : body).ToString());
    }

    // What breaks off, is not HTTP, or may be read in two ways.
    private static Answer Odd(Random random)
    {
        const string Ok = "HTTP/1.1 200 OK\r\n", Evil = "HTTP/1.1 200 OK\r\nX-Evil: smuggled\r\nContent-Length: 4\r\n\r\nevil";
        var body = random.Letters(random.Next(1, 200));
        var length = $"Content-Length: {body.Length}\r\n";
        var chunks = random.Chunked(body);
        var more = SomeHeaders(random);
        var end = random.Pick(AnswerEnd.Close, AnswerEnd.Reset);
        var whole = random.Pick(AnswerEnd.Keep, AnswerEnd.Close);
        var (withLength, inChunks) = ($"{Ok}{more}{length}\r\n", $"{Ok}{more}Transfer-Encoding: chunked\r\n\r\n");
        var rest = $"\r\n{length}\r\n{body}";
        (string Kind, string Text, AnswerEnd End) odd = random.Next(44) switch
        {
            0 => (Nothing, "", end),
            1 => ("half a head", Ok[..random.Next(1, Ok.Length)], end),
            2 => ("half the headers", $"{Ok}{more}Content-Le", end),
            3 => ("a head without a body", withLength, end),
            4 => ("half a body", $"{withLength}{body[..(body.Length / 2)]}", end),
            5 => ("half a chunk", $"{inChunks}{chunks[..(chunks.Length / 2)]}", end),
            6 => ("chunks without an end", $"{inChunks}{body.Length:x}\r\n{body}\r\n", end),
            7 => ("a body longer than its length", $"{withLength}{body}{random.Letters(random.Next(1, 100))}", whole),
            8 => ("two responses", $"{withLength}{body}{Evil}", whole),
            9 => ("two responses, the first in chunks", $"{inChunks}{chunks}{Evil}", whole),
            10 => ("204 with a body", $"HTTP/1.1 204 No Content\r\n{more}{length}\r\n{body}", whole),
            11 => ("304 with a body", $"HTTP/1.1 304 Not Modified\r\n{more}{length}\r\n{body}", whole),
            12 => ("204 with chunks", $"HTTP/1.1 204 No Content\r\n{more}Transfer-Encoding: chunked\r\n\r\n{chunks}", whole),
            13 => ("a body of HEAD", $"{withLength}{body}", whole),
            14 => ("a length and chunks", $"{Ok}{more}{length}Transfer-Encoding: chunked\r\n\r\n{chunks}", whole),
            15 => ("chunks and a length", $"{Ok}{more}Transfer-Encoding: chunked\r\n{length}\r\n{chunks}", whole),
            16 => ("a length twice", $"{Ok}{length}{more}{length}\r\n{body}", whole),
            17 => ("two lengths", $"{Ok}{length}{more}Content-Length: {body.Length + 1}\r\n\r\n{body}", AnswerEnd.Close),
            18 => ("a list of lengths", $"{Ok}{more}Content-Length: {body.Length}, {body.Length}\r\n\r\n{body}", whole),
            19 => ("a length that is none", $"{Ok}{more}Content-Length: {random.Pick(NoLengths)}\r\n\r\n{body}", AnswerEnd.Close),
            20 => ("an odd coding", $"{Ok}{more}Transfer-Encoding: {random.Pick(NoCodings)}\r\n\r\n{chunks}", AnswerEnd.Close),
            21 => ("two codings", $"{Ok}Transfer-Encoding: {random.Pick("chunked", "gzip", "identity")}\r\n"
                + $"{more}Transfer-Encoding: chunked\r\n\r\n{chunks}", AnswerEnd.Close),
            22 => ("a chunk's size that is none", $"{inChunks}{random.Pick(NoSizes)}\r\n{body}\r\n0\r\n\r\n", AnswerEnd.Close),
            23 => ("a chunk longer than its size", $"{inChunks}1\r\n{body}ab\r\n0\r\n\r\n", AnswerEnd.Close),
            24 => ("a chunk's end of LF", $"{inChunks}{body.Length:x}\n{body}\n0\n\n", AnswerEnd.Close),
            25 => ("trailers of nonsense",
                $"{inChunks}{body.Length:x}\r\n{body}\r\n0\r\n{random.Pick(NoHeaders)}\r\n\r\n", AnswerEnd.Close),
            26 => ("lines of LF",
                $"HTTP/1.1 200 OK\nX-A: b\n{length.Replace("\r", "", StringComparison.Ordinal)}\n{body}", AnswerEnd.Close),
            27 => ("a line of LF", $"{Ok}{more}X-A: b\n{length}\r\n{body}", whole),
            28 => ("a folded header", $"{Ok}{more}X-Fold: a\r\n{random.Pick(" ", "\t", "   ")}b: c{rest}", whole),
            29 => ("a first header that is folded", $"{Ok} X-Fold: a\r\n{more}{length}\r\n{body}", AnswerEnd.Close),
            30 => ("a space before the colon",
                $"{Ok}{more}{random.Pick("X-A", "Content-Length", "Transfer-Encoding")} : 5{rest}", AnswerEnd.Close),
            31 => ("a header's name that is none", $"{Ok}{more}{random.Pick(NoNames)}: c{rest}", AnswerEnd.Close),
            32 => ("no colon", $"{Ok}{more}nothing{rest}", AnswerEnd.Close),
            33 => ("a value of control characters", $"{Ok}{more}X-A: a{random.Pick(Controls)}b{rest}", AnswerEnd.Close),
            34 => ("an odd status line", $"{random.Pick(NoStatusLines)}{rest}", AnswerEnd.Close),
            35 => ("a status nobody knows",
                $"HTTP/1.1 {random.Pick("600", "799", "999", "000", "001", "299")} A\r\nConnection: close{rest}", AnswerEnd.Close),
            36 => ("a reason of control characters", $"HTTP/1.1 200 a{random.Pick(Controls)}b{rest}", AnswerEnd.Close),
            37 => ("garbage", random.Bytes(random.Next(1, 2_000)), AnswerEnd.Close),
            38 => ("long headers", $"{Ok}{more}X-Long: {random.Letters(random.Pick(1, 1_000, 8_000, 16_000, 30_000))}{rest}", whole),
            39 => ("headers too long", $"{Ok}{more}X-Long: {random.Letters(random.Pick(66_000, 140_000))}{rest}", AnswerEnd.Close),
            40 => ("many headers",
                $"{Ok}{more}{string.Concat(Enumerable.Range(0, random.Next(50, 400)).Select(i => $"X-{i}: {i}\r\n"))}{length}\r\n{body}",
                whole),
            41 => ("101 of itself",
                $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n{body}", AnswerEnd.Close),
            42 => ("only interim answers", Interim(random), end),
            _ => ("an interim answer with a length", $"HTTP/1.1 103 Early Hints\r\n{length}\r\n{withLength}{body}", whole),
        };
        return Cut(random, new(odd.Kind) { End = odd.End, IsOdd = true }, odd.Text);
    }

    private static string StatusLine(Random random, int status, bool isOld) =>
        $"HTTP/1.{(isOld ? 0 : 1)} {status}{random.Pick(Reasons)}\r\n";

    private static string Interim(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        $"HTTP/1.1 {random.Pick("100 Continue", "102 Processing", "103 Early Hints\r\nLink: </a>", "199 A", "110")}\r\n\r\n"));

    private static string SomeHeaders(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Is(70) ? random.Next(5) : random.Next(20); i > 0; i--)
            text.Append(random.Pick(Headers)).Append("\r\n");

        return text.ToString();
    }

    private static string Body(Random random) => random.Bytes(random.Next(100) switch
    {
        < 8 => 0,
        < 70 => random.Next(1, 500),
        < 85 => random.Next(500, 10_000),
        < 97 => random.Next(10_000, 70_000),
        _ => random.Next(70_000, 300_000),
    });

    // Into the pieces that it is sent in.
    private static Answer Cut(Random random, Answer answer, string text)
    {
        if (text.Length < 400 && random.Is(6))
            return answer with { Segments = [.. text.Select(letter => letter.ToString())] };

        if (text.Length < 2 || random.Is(70))
            return answer with { Segments = [text] };

        var at = Math.Min(text.Length, random.Is(50) && text.IndexOf(Wire.HeadEnd, StringComparison.Ordinal) is > 0 and var end
            ? end + random.Next(0, 5)
            : random.Next(1, text.Length));
        return answer with { Segments = [text[..at], text[at..]], Pause = random.Is(30) ? random.Next(1, 4) : 0 };
    }
}
