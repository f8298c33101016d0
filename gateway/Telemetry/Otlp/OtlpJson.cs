using System.Buffers.Text;
using System.Globalization;

namespace MessageBoard.Gateway.Telemetry.Otlp;

/// <summary>
/// Reads spans and log records in OTLP's JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), and in the ways in
/// which stores differ from it: ids as base64, numbers as texts, enumerations by name. What is no span is passed over.
/// </summary>
internal static class OtlpJson
{
    /// <summary>How many bytes a trace's and a span's id have.</summary>
    public const int TraceIdBytes = 16, SpanIdBytes = 8;

    /// <summary>A span's kinds and statuses by their numbers; a kind that is not said is taken for internal.</summary>
    public static readonly IReadOnlyList<string>
        Kinds = ["internal", "internal", "server", "client", "producer", "consumer"], Statuses = ["unset", "ok", "error"];

    private const int MaxDepth = 8;
    private const long NanosecondsPerTick = 100, MaxExactNumber = 1L << 53;

    /// <summary>The spans of an export request, <c>{"resourceSpans":[…]}</c>, or of Tempo's older <c>{"batches":[…]}</c>.</summary>
    public static IEnumerable<TraceSpan> ReadSpans(JsonElement data) =>
        from batch in data.Items("resourceSpans").Concat(data.Items("batches"))
        let resource = ReadAttributes(batch.Member("resource"))
        from scope in batch.Items("scopeSpans")
        from item in scope.Items("spans")
        let span = ReadSpan(item, resource)
        where span is not null
        select span;

    /// <summary>The records of an export request, <c>{"resourceLogs":[…]}</c>.</summary>
    public static IEnumerable<LogLine> ReadLogs(JsonElement data) =>
        from batch in data.Items("resourceLogs")
        let resource = ReadAttributes(batch.Member("resource"))
        from scope in batch.Items("scopeLogs")
        let category = scope.Member("scope").Text("name")
        from item in scope.Items("logRecords")
        select new LogLine
        {
            Time = Time(item.Number("timeUnixNano") is var time and > 0 ? time : item.Number("observedTimeUnixNano")),
            Level = LogLevels.Of(item.Number("severityNumber")),
            Service = Text(resource, "service.name") ?? "",
            Cluster = Text(resource, "k8s.cluster.name"),
            Pod = Text(resource, "k8s.pod.name"),
            Category = category,
            Message = ReadValue(item.Member("body"))?.ToString() ?? "",
            TraceId = Id(item.Text("traceId"), TraceIdBytes),
            SpanId = Id(item.Text("spanId"), SpanIdBytes),
            Attributes = ReadAttributes(item),
        };

    /// <summary>An id as lower-case hex digits, whether it came so or as base64; null where it is none.</summary>
    public static string? Id(string? text, int bytes)
    {
        if (text?.Length != Base64.GetMaxEncodedToUtf8Length(bytes))
            return HexId(text, bytes);

        Span<byte> value = stackalloc byte[bytes];
        return Convert.TryFromBase64String(text, value, out var written) && written == bytes
            ? HexId(Convert.ToHexStringLower(value), bytes)
            : null;
    }

    /// <summary>An id that came as hex digits, in lower case; null where it is none, or all 0.</summary>
    public static string? HexId(string? text, int bytes) =>
        text?.Length == bytes * 2 && text.All(char.IsAsciiHexDigit) && text.Any(digit => digit != '0') ? text.ToLowerInvariant() : null;

    /// <summary>The time that is so many nanoseconds after 1970.</summary>
    public static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);

    private static TraceSpan? ReadSpan(JsonElement item, Dictionary<string, object?> resource)
    {
        if (Id(item.Text("traceId"), TraceIdBytes) is not { } trace || Id(item.Text("spanId"), SpanIdBytes) is not { } span)
            return null;

        var (start, end) = (item.Number("startTimeUnixNano"), item.Number("endTimeUnixNano"));
        var status = item.Member("status");
        return new()
        {
            TraceId = trace,
            SpanId = span,
            ParentId = Id(item.Text("parentSpanId"), SpanIdBytes),
            Name = item.Text("name") ?? "",
            Kind = Word(item, "kind", "SPAN_KIND_", Kinds),
            Service = Text(resource, "service.name") ?? "",
            Cluster = Text(resource, "k8s.cluster.name"),
            Pod = Text(resource, "k8s.pod.name"),
            StartTime = Time(start),
            DurationMs = Math.Max(0, end - start) / 1_000_000.0,
            Status = Word(status, "code", "STATUS_CODE_", Statuses),
            StatusMessage = status.Text("message") is { Length: > 0 } message ? message : null,
            Attributes = ReadAttributes(item),
            Links =
            [
                .. from link in item.Items("links")
                   let ids = (Trace: Id(link.Text("traceId"), TraceIdBytes), Span: Id(link.Text("spanId"), SpanIdBytes))
                   where ids.Trace is not null && ids.Span is not null
                   select new SpanLink(ids.Trace, ids.Span),
            ],
            Events =
            [
                .. item.Items("events").Select(happened => new SpanEvent(
                    happened.Text("name") ?? "", Time(happened.Number("timeUnixNano")), ReadAttributes(happened))),
            ],
        };
    }

    private static Dictionary<string, object?> ReadAttributes(JsonElement owner)
    {
        var attributes = new Dictionary<string, object?>();
        foreach (var attribute in owner.Items("attributes"))
        {
            if (attribute.Text("key") is { Length: > 0 } key)
                attributes[key] = ReadValue(attribute.Member("value"));
        }

        return attributes;
    }

    /// <summary>An attribute's value (AnyValue): a text, a number, true or false, or null; a list is the text of its JSON.</summary>
    public static object? ReadValue(JsonElement value, int depth = 0)
    {
        if (value.ValueKind != JsonValueKind.Object || depth > MaxDepth)
            return null;

        foreach (var member in value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "stringValue" or "bytesValue":
                    return member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
                case "boolValue":
                    return member.Value.ValueKind == JsonValueKind.True;
                case "doubleValue":
                    return member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetDouble() : null;
                case "intValue":
                    // What JavaScript could not count exactly stays a text.
                    var number = value.Number("intValue");
                    return number is > -MaxExactNumber and < MaxExactNumber ? number : number.ToString(CultureInfo.InvariantCulture);
                case "arrayValue":
                    return JsonSerializer.Serialize(member.Value.Items("values").Select(item => ReadValue(item, depth + 1)));
                case "kvlistValue":
                    return JsonSerializer.Serialize(member.Value.Items("values").Where(item => item.Text("key") is not null)
                        .Select(item => KeyValuePair.Create(item.Text("key")!, ReadValue(item.Member("value"), depth + 1))));
            }
        }

        return null;
    }

    private static string? Text(Dictionary<string, object?> attributes, string name) => attributes.GetValueOrDefault(name) as string;

    // By number as OTLP has it, or by name as protobuf's own JSON has it.
    private static string Word(JsonElement owner, string name, string prefix, IReadOnlyList<string> words)
    {
        if (owner.Text(name) is { } text && text.StartsWith(prefix, StringComparison.Ordinal))
            return words.FirstOrDefault(word => word.Equals(text[prefix.Length..], StringComparison.OrdinalIgnoreCase)) ?? words[0];

        return owner.Number(name) is var number && number >= 0 && number < words.Count ? words[(int)number] : words[0];
    }
}
