using System.Collections.Frozen;
using System.Text.RegularExpressions;
using MessageBoard.Gateway.Telemetry.Otlp;

namespace MessageBoard.Gateway.Telemetry.Browser;

/// <summary>
/// Reads what a page sends as its spans. Anybody on the page's origin can send anything, without a session: so it is held to the few
/// things that the page's own instrumentation says, and nothing in it is believed elsewhere.
/// </summary>
internal static partial class BrowserSpans
{
    /// <summary>The service's name in them, whatever they say.</summary>
    public const string Service = "browser";

    private const int MaxSpans = 200, MaxAttributes = 32, MaxEvents = 32, MaxValueLength = 256;
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromDays(1), MaxDuration = TimeSpan.FromMinutes(10);

    // Of its conventions, old and new, what says nothing of a person; no header, no query, no user agent.
    private static readonly FrozenSet<string> KnownAttributes = FrozenSet.Create(
        "component", "error.type", "http.host", "http.method", "http.request.method", "http.response.body.size",
        "http.response.status_code", "http.response_content_length", "http.response_content_length_uncompressed", "http.route",
        "http.scheme", "http.status_code", "http.url", "server.address", "server.port", "url.domain", "url.full", "url.path", "url.scheme",
        "url.template");

    /// <summary>Reads an export request in JSON.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">The time.</param>
    /// <param name="problem">The field that is wrong, as a path, and what is allowed.</param>
    /// <returns>Its spans, cleaned; null when something is wrong.</returns>
    public static List<TraceSpan>? Read(JsonElement request, DateTimeOffset now, out (string Field, string Rule) problem)
    {
        problem = default;
        if (request.Member("resourceSpans").ValueKind != JsonValueKind.Array)
        {
            problem = ("resourceSpans", "has to be a list.");
            return null;
        }

        var spans = new List<TraceSpan>();
        foreach (var (batch, batchPath) in Walk(request, "", "resourceSpans"))
        {
            foreach (var (scope, scopePath) in Walk(batch, batchPath, "scopeSpans"))
            {
                foreach (var (item, path) in Walk(scope, scopePath, "spans"))
                {
                    if (spans.Count == MaxSpans)
                        problem = ("resourceSpans", $"has to have no more than {MaxSpans} spans in all.");
                    else if (ReadSpan(item, now, out var field, out var rule) is { } span)
                        spans.Add(span);
                    else
                        problem = ($"{path}.{field}", rule);

                    if (problem.Field is not null)
                        return null;
                }
            }
        }

        return spans;
    }

    private static IEnumerable<(JsonElement Item, string Path)> Walk(JsonElement owner, string path, string list) =>
        owner.Items(list).Select((item, index) => (item, $"{(path.Length > 0 ? $"{path}." : "")}{list}[{index}]"));

    private static TraceSpan? ReadSpan(JsonElement item, DateTimeOffset now, out string field, out string rule)
    {
        var (trace, span) = (Id(item, "traceId", OtlpJson.TraceIdBytes), Id(item, "spanId", OtlpJson.SpanIdBytes));
        var parent = Id(item, "parentSpanId", OtlpJson.SpanIdBytes);
        var name = item.Text("name") ?? "";
        var (kind, status) = (item.Number("kind"), item.Member("status").Number("code"));
        var start = OtlpJson.Time(item.Number("startTimeUnixNano"));
        var duration = OtlpJson.Time(item.Number("endTimeUnixNano")) - start;
        (field, rule) =
            trace is null ? ("traceId", "has to be 32 hex digits, not all 0.")
            : span is null ? ("spanId", "has to be 16 hex digits, not all 0.")
            : parent is null && item.Text("parentSpanId") is { Length: > 0 } ? ("parentSpanId", "has to be 16 hex digits, not all 0.")
            : !SpanName.IsMatch(name) ? ("name", "has to be 1 to 128 letters, digits, blanks and /{}()._:-.")
            : kind is not (0 or 1 or 3) ? ("kind", "has to be 1 (internal) or 3 (client).")
            : (start - now).Duration() > MaxClockSkew ? ("startTimeUnixNano", "has to be a time within a day of now.")
            : duration < TimeSpan.Zero || duration > MaxDuration ? ("endTimeUnixNano", "has to be within 10 minutes of the start.")
            : status is not (>= 0 and <= 2) ? ("status", "has to have a code from 0 to 2.")
            : ("", "");
        return field.Length > 0 ? null : new()
        {
            TraceId = trace!,
            SpanId = span!,
            ParentId = parent,
            Name = name,
            Kind = OtlpJson.Kinds[(int)kind],
            Service = Service,
            StartTime = start,
            DurationMs = duration.TotalMilliseconds,
            Status = OtlpJson.Statuses[(int)status],
            Attributes = ReadAttributes(item),
            Links = [],
            Events =
            [
                .. from happened in item.Items("events")
                   let what = happened.Text("name")
                   where what is not null && EventName.IsMatch(what)
                   select new SpanEvent(
                       what, OtlpJson.Time(happened.Number("timeUnixNano")), new Dictionary<string, object?>()) into happened
                   where (happened.Time - now).Duration() <= MaxClockSkew
                   select happened,
            ],
        };
    }

    // Hex digits only: what is base64 for a store is none for a browser.
    private static string? Id(JsonElement item, string name, int bytes) => OtlpJson.HexId(item.Text(name), bytes);

    private static Dictionary<string, object?> ReadAttributes(JsonElement item)
    {
        var attributes = new Dictionary<string, object?>();
        foreach (var attribute in item.Items("attributes"))
        {
            if (attribute.Text("key") is { } key && (KnownAttributes.Contains(key) || BrowserAttribute.IsMatch(key))
                && Clean(attribute.Member("value")) is { } value && attributes.Count < MaxAttributes)
                attributes[key] = value;
        }

        return attributes;
    }

    // Of lists none is known.
    private static object? Clean(JsonElement value) => value.Member("arrayValue").ValueKind != JsonValueKind.Undefined
        || value.Member("kvlistValue").ValueKind != JsonValueKind.Undefined
        ? null
        : OtlpJson.ReadValue(value) switch
        {
            string text => WithoutQuery(text),
            double.NaN or double.PositiveInfinity or double.NegativeInfinity => null,
            var other => other,
        };

    // Of an address neither query nor fragment, nor who logs in with it.
    private static string WithoutQuery(string text)
    {
        var end = text.AsSpan().IndexOfAny('?', '#');
        var start = text[..(end < 0 ? text.Length : end)];
        var safe = UserInfo.Replace(start, "$1");
        return safe.Length > MaxValueLength ? safe[..MaxValueLength] : safe;
    }

    [GeneratedRegex(@"^[\p{L}\d /{}()._:-]{1,128}\z")]
    private static partial Regex SpanName { get; }

    [GeneratedRegex(@"^[A-Za-z]{1,64}\z")]
    private static partial Regex EventName { get; }

    [GeneratedRegex(@"^browser\.[a-z_.]{1,64}\z")]
    private static partial Regex BrowserAttribute { get; }

    [GeneratedRegex(@"^([a-z]+://)[^/@]*@")]
    private static partial Regex UserInfo { get; }
}
