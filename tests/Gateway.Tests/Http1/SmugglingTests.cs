using System.Buffers;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>
/// What may be read in two ways, byte for byte: from a client it is refused, or comes to the service as what the gateway has taken it for;
/// from a service it is nobody else's answer.
/// </summary>
public sealed class SmugglingTests(TwoGateways gateways) : IClassFixture<TwoGateways>
{
    private const string Hidden = "/api/logs/hidden", Open = "/api/logs/open";

    // What is refused is mostly refused at once, in ms.
    private const int Patience = 300;

    // A request of its own, where the one before is taken to have ended.
    private const string Second = $"GET {Hidden} HTTP/1.1\r\nHost: localhost\r\n\r\n";

    // The requests' heads and bodies, and how many requests there are: 0 where it has to be refused. Kestrel takes a LF for a line's end,
    // the last of several codings, and chunks rather than a length; what it has taken is written anew for the service.
    public static TheoryData<string, string, int> Requests()
    {
        (string What, string Text, int Count)[] requests =
        [
            ("a length and chunks", Post("Content-Length: 4\r\nTransfer-Encoding: chunked", $"0\r\n\r\n{Second}"), 1),
            ("chunks and a length", Post($"Transfer-Encoding: chunked\r\nContent-Length: {Second.Length + 5}", $"0\r\n\r\n{Second}"), 1),
            ("two lengths", Post($"Content-Length: 0\r\nContent-Length: {Second.Length}", Second), 0),
            ("two lengths, the longer one first", Post($"Content-Length: {Second.Length}\r\nContent-Length: 0", Second), 0),
            ("a length twice", Post("Content-Length: 2\r\nContent-Length: 2", "{}"), 0),
            ("a list of lengths", Post("Content-Length: 15,15", $"{new string('a', 15)}"), 0),
            ("a list of two lengths", Post($"Content-Length: 0, {Second.Length}", Second), 0),
            ("a length with a sign", Post($"Content-Length: +{Second.Length}", Second), 0),
            ("a negative length", Post("Content-Length: -1", Second), 0),
            ("a length in hexadecimal", Post("Content-Length: 0x10", Second), 0),
            ("a length with a space in it", Post("Content-Length: 1 5", Second), 0),
            ("a length beyond all", Post("Content-Length: 18446744073709551616", Second), 0),
            ("an empty length", Post("Content-Length:", Second), 0),
            ("a length in other digits", Post("Content-Length: \u0662", Second), 0),
            ("a length with a fraction", Post("Content-Length: 2.0", "{}"), 0),
            ("a length with an exponent", Post("Content-Length: 1e1", Second), 0),
            ("a length under another name", Post($"Content_Length: {Second.Length}", Second), 2),
            ("a length whose name ends in a space", Post($"Content-Length : {Second.Length}", Second), 0),
            ("a length whose name begins with a space", Post($" Content-Length: {Second.Length}", Second), 0),
            ("a length on two lines", Post($"Content-Length:\r\n {Second.Length}", Second), 0),
            ("a length behind a vertical tab", Post($"Content-Length: \u000b{Second.Length}", Second), 0),
            ("a length in other letters", Post("CONTENT-length: 2", "{}"), 1),
            ("a length with zeros", Post("Content-Length: 002", "{}"), 1),
            ("a length beside spaces", Post("Content-Length: \t 2 \t", "{}"), 1),

            ("chunks and another coding", Post("Transfer-Encoding: chunked, identity", $"0\r\n\r\n{Second}"), 0),
            ("another coding and chunks", Post("Transfer-Encoding: identity, chunked", $"0\r\n\r\n{Second}"), 2),
            ("a coding that is none", Post("Transfer-Encoding: xchunked", $"0\r\n\r\n{Second}"), 0),
            ("a coding with a sign", Post("Transfer-Encoding: chunked;a=b", $"0\r\n\r\n{Second}"), 0),
            ("a coding in quotes", Post("Transfer-Encoding: \"chunked\"", $"0\r\n\r\n{Second}"), 0),
            ("a coding behind a vertical tab", Post("Transfer-Encoding: \u000bchunked", $"0\r\n\r\n{Second}"), 0),
            ("a coding that is empty", Post("Transfer-Encoding:", $"0\r\n\r\n{Second}"), 0),
            ("a coding on two lines", Post("Transfer-Encoding:\r\n chunked", $"0\r\n\r\n{Second}"), 0),
            ("a coding with a length beside it", Post("Transfer-Encoding: identity\r\nContent-Length: 2", "{}"), 0),
            ("a coding whose name ends in a space", Post("Transfer-Encoding : chunked", $"0\r\n\r\n{Second}"), 0),
            ("a coding whose name begins with a space", Post("Content-Length: 5\r\n Transfer-Encoding: chunked", $"0\r\n\r\n{Second}"), 0),
            ("a coding under another name",
                Post($"Transfer_Encoding: chunked\r\nContent-Length: {Second.Length + 5}", $"0\r\n\r\n{Second}"), 1),
            ("chunks twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 1),
            ("chunks after another coding", Post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 1),
            ("chunks in other letters", Post("Transfer-Encoding: CHUNKED", $"{Chunk(Second)}0\r\n\r\n"), 1),
            ("chunks behind a tab", Post("Transfer-Encoding:\tchunked", $"{Chunk(Second)}0\r\n\r\n"), 1),
            ("chunks before spaces", Post("Transfer-Encoding: chunked \t", $"{Chunk(Second)}0\r\n\r\n"), 1),
            ("chunks by HTTP/1.0", Post("Transfer-Encoding: chunked", $"0\r\n\r\n{Second}").Replace("HTTP/1.1", "HTTP/1.0"), 1),

            ("a chunk's size beyond 64 bits", Chunks($"10000000000000000\r\n\r\n{Second}"), 0),
            ("a chunk's size beyond 63 bits", Chunks($"ffffffffffffffff\r\n\r\n{Second}"), 0),
            ("a chunk's size beyond 32 bits", Chunks($"100000000\r\n\r\n{Second}"), 0),
            ("a chunk's size with a sign", Chunks("+2\r\n{}\r\n0\r\n\r\n"), 0),
            ("a negative size", Chunks("-2\r\n{}\r\n0\r\n\r\n"), 0),
            ("a size as programs write it", Chunks("0x2\r\n{}\r\n0\r\n\r\n"), 0),
            ("a size behind a space", Chunks(" 2\r\n{}\r\n0\r\n\r\n"), 0),
            ("no size", Chunks("\r\n{}\r\n0\r\n\r\n"), 0),
            ("an extension alone", Chunks(";a=b\r\n{}\r\n0\r\n\r\n"), 0),
            ("a size that ends with LF", Chunks("2\n{}\r\n0\r\n\r\n"), 0),
            ("a chunk that ends with LF", Chunks("2\r\n{}\n0\r\n\r\n"), 0),
            ("a chunk that ends with CR", Chunks("2\r\n{}\r0\r\n\r\n"), 0),
            ("a chunk longer than its size", Chunks($"1\r\n{{}}{Second}\r\n0\r\n\r\n"), 0),
            ("a chunk shorter than its size", Chunks("5\r\n{}\r\n0\r\n\r\n"), 0),
            ("an extension with a LF", Chunks($"2;a\n{{}}\r\n0\r\n\r\n{Second}"), 0),
            ("an extension of a request", Chunks($"2;{Second.TrimEnd()[..20]}\r\n{{}}\r\n0\r\n\r\n"), 1),
            ("extensions in quotes", Chunks("2;a=\"b;c\"\r\n{}\r\n0;d\r\n\r\n"), 1),
            ("zeros before the size", Chunks("0000002\r\n{}\r\n00\r\n\r\n"), 1),
            ("a request in a chunk", Chunks($"{Chunk(Second)}0\r\n\r\n"), 1),
            ("a length in the trailers", Chunks($"2\r\n{{}}\r\n0\r\nContent-Length: {Second.Length}\r\n\r\n{Second}"), 2),

            ("a request in a body of GET", Get($"Content-Length: {Second.Length}", Second), 1),
            ("a request in a body of HEAD", Get($"Content-Length: {Second.Length}", Second, "HEAD"), 1),
            ("a request in a body of DELETE", Get($"Content-Length: {Second.Length}", Second, "DELETE"), 1),
            ("a request in a body of OPTIONS", Get($"Content-Length: {Second.Length}", Second, "OPTIONS"), 1),
            ("a request behind GET", Get("a: b", Second), 2),
            ("a request behind HEAD", Get("a: b", Second, "HEAD"), 2),
            ("a request behind POST without a length", Get("a: b", Second, "POST"), 2),
            ("a request behind an empty body", Post("Content-Length: 0", Second), 2),
            ("a request behind chunks", Chunks($"2\r\n{{}}\r\n0\r\n\r\n{Second}"), 2),
            ("a request behind an upgrade", Get("Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: a", Second), 2),
            ("lines before a request", $"\r\n\r\n{Get("a: b", "")}", 1),

            ("a head of LF", $"GET {Open} HTTP/1.1\nHost: localhost\n\n{Second}", 2),
            ("a line of LF", Get($"a: b\nContent-Length: {Second.Length}", Second), 1),
            ("a line of CR", Get($"a: b\rContent-Length: {Second.Length}", Second), 0),
            ("a value with CR", Get("a: b\rc", Second), 0),
            ("a value with a null", Get("a: b\0c", Second), 0),
            ("a header on two lines", Get("a: b\r\n c: d", Second), 0),
            ("a first header on two lines", $"GET {Open} HTTP/1.1\r\n Host: localhost\r\nHost: localhost\r\n\r\n", 0),
            ("a name with a space", Get("a b: c", Second), 0),
            ("a name with a tab", Get("a\t: c", Second), 0),
            ("a name with a null", Get("a\0: c", Second), 0),
            ("a name that is empty", Get(": c", Second), 0),
            ("a line without a colon", Get("nothing", Second), 0),
            ("a name with a colon", Get("a:b: c", ""), 1),
            ("two hosts", Get("Host: other", Second), 0),
            ("no host", $"GET {Open} HTTP/1.1\r\n\r\n", 0),
            ("a host with a path", $"GET {Open} HTTP/1.1\r\nHost: localhost/a\r\n\r\n", 0),
            ("a host with a user", $"GET {Open} HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 0),
            ("another host by address", $"GET http://other.example{Open} HTTP/1.1\r\nHost: localhost\r\n\r\n", 0),
            ("an address", $"GET http://localhost{Open} HTTP/1.1\r\nHost: localhost\r\n\r\n", 1),
            ("a line's end in the path", $"GET {Open}%0d%0aa:b HTTP/1.1\r\nHost: localhost\r\n\r\n", 1),
            ("a space in the path", $"GET {Open} a HTTP/1.1\r\nHost: localhost\r\n\r\n", 0),
            ("a tab in the line", $"GET\t{Open} HTTP/1.1\r\nHost: localhost\r\n\r\n", 0),
            ("another version", $"GET {Open} HTTP/1.2\r\nHost: localhost\r\n\r\n", 0),
            ("no version", $"GET {Open}\r\nHost: localhost\r\n\r\n", 0),
            ("a method with a colon", $"GE:T {Open} HTTP/1.1\r\nHost: localhost\r\n\r\n", 0),
            ("a length that the connection names", Post("Connection: Content-Length\r\nContent-Length: 2", "{}"), 1),
            ("a coding that the connection names",
                Post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", $"{Chunk(Second)}0\r\n\r\n"), 1),
            ("a host that the connection names", Get("Connection: close, Host", ""), 1),
        ];
        var data = new TheoryData<string, string, int>();
        foreach (var (what, text, count) in requests)
            data.Add(what, text, count);

        return data;
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_service_sees_the_requests_that_were_answered_and_no_other(string what, string text, int count)
    {
        foreach (var isOwn in (bool[])[true, false])
        {
            var (gateway, backend) = gateways.Of(isOwn);
            backend.Seen.Clear();
            using var client = await Wire.ConnectAsync(gateway.Port);
            await client.WriteAsync(text);
            var answers = new List<HttpText>();
            for (var i = 0; i < Math.Max(count, 1); i++)
            {
                var answering = HttpText.ReadResponseAsync(client, i == 0 ? text.TrimStart().Split(' ')[0] : "GET");
                if (count == 0 && await Task.WhenAny(answering, Task.Delay(Patience)) != answering)
                    client.EndSending(); // some take it that more has to come

                if (await answering is { } answer)
                    answers.Add(answer);
            }

            client.EndSending();
            var rest = (await client.ReadToEndAsync()).Text;
            await backend.QuietAsync();
            var seen = backend.Seen.ToArray();
            var report = $"{what}, {(isOwn ? "own" : "YARP's")}\nanswers:\n{Text(answers)}\n{rest}\nseen:\n{Text(seen)}";
            Assert.True(rest.Length == 0, report);
            Assert.True(seen.Length == count, report);
            var told = answers.Select(answer => answer["X-Seen"]).OfType<string>();
            Assert.True(told.SequenceEqual(seen.Select(request => $"{request.Method} {request.Target}")), report);
            Assert.All(seen, request => Assert.True(IsPlain(request), report));
            if (count == 0)
                Assert.All(answers, answer => Assert.True(answer.Status is >= 400 and < 500 or 501 or 505, report));
        }
    }

    private static string Text(IEnumerable<HttpText> messages) =>
        string.Join('\n', messages.Select(message => message.Head + message.Body));

    private static readonly SearchValues<char> NoNames = SearchValues.Create(" \t\"(),/:;<=>?@[\\]{}");

    // Whether a request can be read in one way only.
    private static bool IsPlain(HttpText request) =>
        request.IsWhole && !request.Head.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n', '\0')
            && request.Headers.Count(header => IsOf(header, "Content-Length") || IsOf(header, "Transfer-Encoding")) <= 1
            && request.Headers.Count(header => IsOf(header, "Host")) == 1
            && request["Content-Length"] is var length && (length is null || length.All(char.IsAsciiDigit))
            && request["Transfer-Encoding"] is null or "chunked"
            && request.Headers.All(header => header.Name.Length > 0 && !header.Name.AsSpan().ContainsAny(NoNames));

    private static bool IsOf((string Name, string Value) header, string name) =>
        header.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    // What a service may add to its answer, so that somebody else would get it.
    public static TheoryData<string, string, bool> Responses()
    {
        const string Ok = "HTTP/1.1 200 OK\r\n", Evil = "HTTP/1.1 200 OK\r\nX-Evil: a\r\nContent-Length: 4\r\n\r\nevil";
        (string What, string Text)[] responses =
        [
            ("two at once", $"{Ok}Content-Length: 2\r\n\r\n{{}}{Evil}"),
            ("two at once, the first without a body", $"{Ok}Content-Length: 0\r\n\r\n{Evil}"),
            ("two at once, the first in chunks", $"{Ok}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{Evil}"),
            ("one behind 204", $"HTTP/1.1 204 No Content\r\n\r\n{Evil}"),
            ("one behind 204 with a length", $"HTTP/1.1 204 No Content\r\nContent-Length: {Evil.Length}\r\n\r\n{Evil}"),
            ("one behind 304", $"HTTP/1.1 304 Not Modified\r\nContent-Length: {Evil.Length}\r\n\r\n{Evil}"),
            ("one behind 205", $"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n{Evil}"),
            ("three at once", $"{Ok}Content-Length: 0\r\n\r\n{Evil}{Evil}"),
            ("one behind a body longer than its length", $"{Ok}Content-Length: 2\r\n\r\n{{}}\r\n{Evil}"),
            ("one behind trailers", $"{Ok}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 4\r\n\r\n{Evil}"),
            ("one in a length and chunks", $"{Ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Evil}"),
            ("one in chunks and a length", $"{Ok}Transfer-Encoding: chunked\r\nContent-Length: {5 + Evil.Length}\r\n\r\n0\r\n\r\n{Evil}"),
            ("one in two lengths", $"{Ok}Content-Length: 0\r\nContent-Length: {Evil.Length}\r\n\r\n{Evil}"),
            ("one in a list of lengths", $"{Ok}Content-Length: 0, {Evil.Length}\r\n\r\n{Evil}"),
            ("one behind an odd coding", $"{Ok}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{Evil}"),
            ("one behind a coding with a space",
                $"{Ok}Content-Length: {5 + Evil.Length}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{Evil}"),
            ("one behind a folded coding", $"{Ok}Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{Evil}"),
            ("one behind a size that overflows", $"{Ok}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n{Evil}"),
            ("one behind a length with a sign", $"{Ok}Content-Length: +0\r\n\r\n{Evil}"),
            ("one behind an interim one",
                $"HTTP/1.1 100 Continue\r\nContent-Length: {Evil.Length}\r\n\r\n{Ok}Content-Length: 0\r\n\r\n{Evil}"),
            ("an interim one behind it", $"{Ok}Content-Length: 0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n{Evil}"),
            ("a line behind it", $"{Ok}Content-Length: 2\r\n\r\n{{}}\r\n"),
            ("a byte behind it", $"{Ok}Content-Length: 2\r\n\r\n{{}}H"),
        ];
        var data = new TheoryData<string, string, bool>();
        foreach (var (what, text) in responses)
        {
            data.Add(what, text, false);
            data.Add(what, text, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task A_second_response_is_never_the_answer_to_another_request(string what, string text, bool isOwn)
    {
        var (gateway, backend) = gateways.Of(isOwn);
        foreach (var method in (string[])["GET", "HEAD", "POST"])
        {
            backend.Answers.Enqueue(new(what, text) { IsOdd = true });
            using (var victim = await Wire.ConnectAsync(gateway.Port))
            {
                await victim.WriteAsync($"{method} /api/logs/first HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}");
                await Eventually.IsTrueAsync(() => backend.Answers.IsEmpty, "the answer is given");
                _ = await Task.WhenAny(HttpText.ReadResponseAsync(victim, method), Task.Delay(500)); // some never end
            }

            for (var i = 0; i < 5; i++)
            {
                using var other = await Wire.ConnectAsync(gateway.Port);
                await other.WriteAsync($"GET /api/logs/other{i} HTTP/1.1\r\nHost: localhost\r\n\r\n");
                var answer = await HttpText.ReadResponseAsync(other, "GET");
                Assert.True(answer?.Body == $"/api/logs/other{i}", $"{method}, {what}: {answer?.Head}{answer?.Body}");
            }
        }

        backend.EndKept();
    }

    private static string Get(string headers, string rest, string method = "GET") =>
        $"{method} {Open} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n{rest}";

    private static string Post(string headers, string body) => Get(headers, body, "POST");

    private static string Chunks(string body) => Post("Transfer-Encoding: chunked", body);

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";
}
