using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>What a client got in an exchange, and what the backend.</summary>
internal sealed partial class Outcome
{
    /// <summary>The trace that callers have begun.</summary>
    public const string CallersTrace = "0af7651916cd43dd8448eb211c80319c";

    /// <summary>A remark.</summary>
    public const string Hung = "no answer within half a minute";

    /// <summary>The answers; null for one that did not come.</summary>
    public List<HttpText?> Replies { get; } = [];

    /// <summary>What the backend was asked.</summary>
    public List<HttpText> Seen { get; } = [];

    /// <summary>What else was to be seen.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Whether the client's connection is kept.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The trace of the only request, which was answered; null where it has none to itself.</summary>
    public string? Trace =>
        Replies is [{ IsWhole: true } reply] && reply["X-Trace-Id"] is { Length: 32 } trace && trace != CallersTrace
            && (Seen.Count > 0 || reply["X-Nginx"] is not null)
            ? trace
            : null;

    /// <summary>What differs, in words; null for nothing.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="own">What there was with the own forwarder.</param>
    /// <param name="yarp">What there was with YARP's.</param>
    /// <param name="allowed">The kind of <see cref="AllowedDifferences"/>; null for none.</param>
    public static string? Difference(Exchange exchange, Outcome own, Outcome yarp, out string? allowed)
    {
        allowed = null;
        if (own.Seen.Concat(yarp.Seen).FirstOrDefault(seen => seen["X-Number"] != $"{exchange.Number}") is { } other)
            return $"a request of exchange {other["X-Number"]} came late";

        if (own.Remarks.Concat(yarp.Remarks).Contains(Hung))
            return Hung;

        // Safe requests are asked again where their connection ended without a word: by .NET's client up to three times where it ended in
        // good order, by the gateway's own once where it had been kept, however it ended.
        var isReset = exchange.Kestrel is { Aborts: true } || exchange.Answers.Any(answer => answer.End == AnswerEnd.Reset);
        if (exchange.Requests is [("GET" or "HEAD" or "OPTIONS" or "TRACE", _)]
            && (isReset || exchange.Answers.Any(answer => answer.Kind == Answers.Nothing)))
        {
            return own.Seen.Concat(yarp.Seen).Select(seen => Attempt.Replace(Asked(seen), "")).Distinct().Count() > 1
                ? "the backend was asked different things"
                : null;
        }

        if (Asked(own) is var ours && Asked(yarp) is var theirs && ours != theirs)
        {
            // What the own one does not take, the route may try again.
            if (yarp.Seen.Count > 0 && ours.StartsWith(theirs, StringComparison.Ordinal))
                allowed = AllowedDifferences.Of(exchange.Answers);

            return $"the backend was asked something else:\n{FirstDifference(ours, theirs)}";
        }

        var isOdd = isReset || exchange.Answers.Any(answer => answer.IsOdd);
        var isPair = isOdd && exchange.Requests.Count > 1; // when the second answer breaks off, the first may be lost with it
        if (own.Replies.Count == yarp.Replies.Count || isPair)
        {
            for (var i = 0; i < Math.Min(own.Replies.Count, yarp.Replies.Count); i++)
            {
                if (isPair && (own.Replies[i] is not { IsWhole: true } || yarp.Replies[i] is not { IsWhole: true }))
                    return null;

                if (AreBroken(own.Replies[i], yarp.Replies[i])
                    || (isOdd && IsFailure(own.Replies[i], isReset) && IsFailure(yarp.Replies[i], isReset)))
                    return null; // and with it the connection, or not

                if (Written(own.Replies[i]) is var mine && Written(yarp.Replies[i]) is var its && mine != its)
                {
                    allowed = AllowedDifferences.Find(exchange.Answers, own.Replies[i]);
                    return $"the client got something else:\n{FirstDifference(mine, its)}";
                }
            }
        }
        else
        {
            return $"{own.Replies.Count} and {yarp.Replies.Count} answers";
        }

        if (string.Join("; ", own.Remarks) is var remarks && string.Join("; ", yarp.Remarks) is var others && remarks != others)
            return $"\"{remarks}\" and \"{others}\"";

        return own.IsOpen == yarp.IsOpen ? null : $"the client's connection is {Kept(own)} and {Kept(yarp)}";
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var seen in Seen)
            text.Append("  backend: ").AppendLine(Visible($"{(seen.Head.Length > 0 ? seen.Head : Asked(seen))}{seen.Body}"));

        foreach (var reply in Replies)
        {
            text.Append("  client:  ").AppendLine(
                reply is null ? "nothing" : Visible($"{reply.Head}{reply.Body}{(reply.IsWhole ? "" : " (broken off)")}"));
        }

        foreach (var remark in Remarks)
            text.Append("  ").AppendLine(Visible(remark));

        return text.Append("  ").Append(Kept(this)).ToString();
    }

    private static string Kept(Outcome outcome) => outcome.IsOpen ? "kept" : "closed";

    /// <summary>A text with what is no sign written as <c>\x00</c>, cut.</summary>
    public static string Visible(string text)
    {
        var visible = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, 4000)))
        {
            if (letter is '\r' or '\n')
                visible.Append(letter == '\r' ? "\\r" : "\\n");
            else if (letter is < ' ' or >= '\u007f')
                visible.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}");
            else
                visible.Append(letter);
        }

        return (text.Length > 4000 ? visible.Append(CultureInfo.InvariantCulture, $"… {text.Length} bytes") : visible).ToString();
    }

    /// <summary>Whether an answer did not come to its end.</summary>
    public bool HasFailed => Replies.Exists(reply => reply is null or { IsWhole: false } or { Status: 502 });

    // How much of an answer that broke off has come is a matter of time; what has come has to be the same.
    private static bool AreBroken(HttpText? own, HttpText? yarp)
    {
        if (own is { IsWhole: true } || yarp is { IsWhole: true })
            return false;

        if (own is null || yarp is null)
            return true;

        var (one, other) = own.Body.Length < yarp.Body.Length ? (own, yarp) : (yarp, own);
        return Head(own) == Head(yarp) && other.Body.StartsWith(one.Body, StringComparison.Ordinal);
    }

    // Whether anything of an answer has gone out when it turns out to be none is a matter of time, too; a reset may overtake all of it.
    private static bool IsFailure(HttpText? reply, bool isReset) =>
        reply is null or { IsWhole: false } or { Status: 502 or 504 } || (isReset && reply.Status == 503);

    private static string Written(HttpText? reply)
    {
        if (reply is null)
            return "nothing";

        return Boundary.Replace(
            $"{Head(reply)}{(reply.IsWhole ? "whole" : "broken off")}\n{TraceId.Replace(reply.Body, "(trace)")}", "(boundary)");
    }

    private static string Head(HttpText reply) => $"{reply.StartLine}\n{Lines(reply.Headers.Select(header => header switch
    {
        ("X-Trace-Id", { Length: 32 }) => (header.Name, "(trace)"),
        ("Date", not "Thu, 01 Jan 2026 00:00:00 GMT") => (header.Name, "(now)"),
        _ => header,
    }))}";

    private static string Asked(Outcome outcome) => string.Concat(outcome.Seen.Select(Asked));

    // Several values may be written on one line or on several (RFC 9110, 5.3). Where a request without a body has a header that .NET takes
    // for one of the body, its client says that the body has no length.
    private static string Asked(HttpText request) => $"{request.StartLine}\n{Lines(request.Headers
        .Where(header => header is not ("Content-Length", "0") || request.Method is not ("GET" or "HEAD" or "OPTIONS" or "TRACE"))
        .GroupBy(header => header.Name.ToLowerInvariant())
        .Select(header => (header.Key, string.Join(header.Key == "cookie" ? "; " : ", ", header.Select(line => line.Value))))
        .Select(header => header.Key == "traceparent" ? (header.Key, SpanId.Replace(header.Item2, "(trace)")) : header))}"
            + $"{(request.IsWhole ? "" : "broken off")}\n{request.Body}\n";

    private static string Lines(IEnumerable<(string Name, string Value)> headers) => string.Concat(
        headers.Select(header => (Name: header.Name.ToLowerInvariant(), header.Value))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .Select(header => $"{header.Name}: {header.Value}\n"));

    // Of a trace that the caller began its id stays.
    [GeneratedRegex($"(?<=^00-)(?!{CallersTrace})[0-9a-f]{{32}}-[0-9a-f]{{16}}|(?<=^00-{CallersTrace}-)[0-9a-f]{{16}}")]
    private static partial Regex SpanId { get; }

    [GeneratedRegex("(?<=\"traceId\":\")[0-9a-f]{32}")]
    private static partial Regex TraceId { get; }

    // nginx counts them.
    [GeneratedRegex("0{10}[0-9]{10}")]
    private static partial Regex Boundary { get; }

    [GeneratedRegex("x-envoy-attempt-count: [0-9]+")]
    private static partial Regex Attempt { get; }

    private static string FirstDifference(string own, string yarp)
    {
        var (ours, theirs) = (own.Split('\n'), yarp.Split('\n'));
        var at = 0;
        while (at < ours.Length && at < theirs.Length && ours[at] == theirs[at])
            at++;

        return $"    own:  {Line(ours)}\n    YARP: {Line(theirs)}";

        string Line(string[] lines) => Visible(at < lines.Length ? lines[at] : "(end)");
    }
}
