using System.Text.Json.Serialization;
using MessageBoard.Gateway.Telemetry.Otlp;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>A trace in a list.</summary>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="Name">Its first span's name.</param>
/// <param name="Service">The service that began it.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="DurationMs">From then to the end of its last span, in ms.</param>
/// <param name="Spans">How many spans it has.</param>
/// <param name="Error">Whether one of them has failed.</param>
internal sealed record TraceSummary(
    string TraceId, string Name, string Service, [property: JsonConverter(typeof(Microseconds))] DateTimeOffset StartTime,
    double DurationMs, int Spans, bool Error)
{
    /// <summary>A trace, from its spans, of which there is one at least.</summary>
    public static TraceSummary Of(IReadOnlyList<TraceSpan> spans)
    {
        var first = spans.OrderBy(span => span.ParentId is not null).ThenBy(span => span.StartTime).First();
        var start = spans.Min(span => span.StartTime);
        return new(
            first.TraceId, first.Name, first.Service, start, (spans.Max(span => span.EndTime) - start).TotalMilliseconds, spans.Count,
            spans.Any(span => span.Status == "error"));
    }
}
