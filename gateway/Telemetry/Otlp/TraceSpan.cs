using System.Globalization;
using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Telemetry.Otlp;

/// <summary>One span, as a store has it.</summary>
public sealed record TraceSpan
{
    /// <summary>Its trace, 32 hex digits.</summary>
    public required string TraceId { get; init; }

    /// <summary>Its id, 16 hex digits.</summary>
    public required string SpanId { get; init; }

    /// <summary>The span that it is part of; null for the first one.</summary>
    public string? ParentId { get; init; }

    /// <summary>What is done, such as <c>GET /api/messages/{id}</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>internal</c>, <c>server</c>, <c>client</c>, <c>producer</c> or <c>consumer</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The service that did it (<c>service.name</c>).</summary>
    public required string Service { get; init; }

    /// <summary>Its cluster (<c>k8s.cluster.name</c>); null for a browser.</summary>
    public string? Cluster { get; init; }

    /// <summary>Its pod (<c>k8s.pod.name</c>); null for a browser.</summary>
    public string? Pod { get; init; }

    /// <summary>When it began, by its process' clock.</summary>
    [JsonConverter(typeof(Microseconds))]
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>How long it lasted, in ms.</summary>
    public required double DurationMs { get; init; }

    /// <summary><c>unset</c>, <c>ok</c> or <c>error</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What went wrong, where somebody says so.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>Its attributes: texts, numbers, true or false.</summary>
    public required IReadOnlyDictionary<string, object?> Attributes { get; init; }

    /// <summary>Spans of other traces that it has to do with.</summary>
    public required IReadOnlyList<SpanLink> Links { get; init; }

    /// <summary>What happened meanwhile.</summary>
    public required IReadOnlyList<SpanEvent> Events { get; init; }

    /// <summary>When it ended.</summary>
    [JsonIgnore]
    public DateTimeOffset EndTime => StartTime.AddMilliseconds(DurationMs);
}

/// <summary>A span of another trace.</summary>
/// <param name="TraceId">Its trace, 32 hex digits.</param>
/// <param name="SpanId">Its id, 16 hex digits.</param>
public sealed record SpanLink(string TraceId, string SpanId);

/// <summary>What happened in a span.</summary>
/// <param name="Name">What, such as <c>exception</c>.</param>
/// <param name="Time">When.</param>
/// <param name="Attributes">Its attributes.</param>
public sealed record SpanEvent(
    string Name, [property: JsonConverter(typeof(Microseconds))] DateTimeOffset Time, IReadOnlyDictionary<string, object?> Attributes);

/// <summary>Times as ISO 8601 in UTC, with microseconds: spans are shorter than the milliseconds that others write.</summary>
internal sealed class Microseconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
