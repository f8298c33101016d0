using System.Text.Json.Serialization.Metadata;
using MessageBoard.Mesh.Explain;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Writes what is kept of a request as the <see cref="RoutedRequest"/> that it would be, without making one: of all events these are the
/// many.
/// </summary>
internal static class RequestJson
{
    /// <summary>Writes the data of a <c>request</c> event.</summary>
    public static void Write(Utf8JsonWriter json, in RequestRecord request)
    {
        var notes = request.Notes;
        Span<byte> trace = stackalloc byte[RequestRecord.TraceIdLength];
        request.WriteTraceId(trace);
        json.WriteStartObject();
        json.WriteNumber("id"u8, request.Id);
        json.WriteString("service"u8, request.Service);
        json.WriteString("cluster"u8, request.Cluster);
        json.WriteString("pod"u8, request.Pod);
        json.WriteNumber("status"u8, request.Status);
        json.WriteNumber("durationMs"u8, request.DurationMs);
        json.WriteString("time"u8, request.Time);
        json.WriteString("flags"u8, notes.Flags.Format());
        json.WriteString("traceId"u8, trace);
        json.WriteBoolean("traced"u8, request.IsTraced);
        json.WriteString("rule"u8, request.Rule);
        json.WriteString("heading"u8, request.Heading);
        json.WriteString("cause"u8, request.Cause);
        json.WriteNumber("delayMs"u8, notes.Delay.TotalMilliseconds);
        Write(json, "tries"u8, notes.Retried, TrafficJson.Default.IReadOnlyListMeshTry);
        Write(json, "mirrors"u8, notes.MirrorClusters, TrafficJson.Default.IReadOnlyListString);
        json.WriteEndObject();
    }

    private static void Write<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<T> items, JsonTypeInfo<IReadOnlyList<T>> type)
    {
        json.WritePropertyName(name);
        if (items.Count > 0)
        {
            JsonSerializer.Serialize(json, items, type);
            return;
        }

        json.WriteStartArray();
        json.WriteEndArray();
    }
}
