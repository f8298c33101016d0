using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace MessageBoard.Tests.Otlp;

/// <summary>A span as the receiver got it. Ids are hex digits; times are ns since 1970.</summary>
/// <param name="Resource">The attributes of the process it is of.</param>
/// <param name="Scope">The name of its source.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>internal</c>, <c>server</c>, <c>client</c>, <c>producer</c> or <c>consumer</c>.</param>
/// <param name="TraceId">Its trace.</param>
/// <param name="SpanId">Its own id.</param>
/// <param name="ParentId">Its parent's id; empty for a root.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
/// <param name="Attributes">Its attributes, as text.</param>
/// <param name="Links">The trace and span that it links to.</param>
/// <param name="IsError">Whether its status is an error.</param>
public sealed record ReceivedSpan(
    IReadOnlyDictionary<string, string> Resource, string Scope, string Name, string Kind, string TraceId, string SpanId, string ParentId,
    ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<(string TraceId, string SpanId)> Links,
    bool IsError)
{
    private const int Error = 2;
    private static readonly string[] Kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    /// <summary>The service it is of.</summary>
    public string Service => Resource["service.name"];

    /// <summary>An attribute; null without it.</summary>
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    internal static IEnumerable<ReceivedSpan> Of(TracesData data) =>
        from resource in data.ResourceSpans
        let attributes = resource.Resource.Attributes.ToTexts()
        from scope in resource.ScopeSpans
        from span in scope.Spans
        select new ReceivedSpan(
            attributes, scope.Scope.Name, span.Name, Kinds[span.Kind], span.TraceId.ToHex(), span.SpanId.ToHex(), span.ParentSpanId.ToHex(),
            span.StartTimeUnixNano, span.EndTimeUnixNano, span.Attributes.ToTexts(),
            [.. span.Links.Select(link => (link.TraceId.ToHex(), link.SpanId.ToHex()))], span.Status?.Code == Error);
}

/// <summary>A log record as the receiver got it.</summary>
/// <param name="Resource">The attributes of the process it is of.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Level">Its level, such as <c>Information</c>.</param>
/// <param name="Message">Its text.</param>
/// <param name="TraceId">Its trace; empty without one.</param>
/// <param name="SpanId">Its span; empty without one.</param>
/// <param name="Attributes">Its attributes, as text.</param>
public sealed record ReceivedLog(
    IReadOnlyDictionary<string, string> Resource, string Category, string Level, string Message, string TraceId, string SpanId,
    IReadOnlyDictionary<string, string> Attributes)
{
    internal static IEnumerable<ReceivedLog> Of(LogsData data) =>
        from resource in data.ResourceLogs
        let attributes = resource.Resource.Attributes.ToTexts()
        from scope in resource.ScopeLogs
        from log in scope.LogRecords
        select new ReceivedLog(
            attributes, scope.Scope.Name, log.SeverityText, log.Body.ToText(), log.TraceId.ToHex(), log.SpanId.ToHex(),
            log.Attributes.ToTexts());
}

internal static class OtlpTexts
{
    public static string ToHex(this ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    public static IReadOnlyDictionary<string, string> ToTexts(this RepeatedField<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.ToText());

    public static string ToText(this AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => string.Join(',', value.ArrayValue.Values.Select(ToText)),
        AnyValue.ValueOneofCase.BytesValue => value.BytesValue.ToHex(),
        _ => "",
    };
}
