using MessageBoard.Gateway.Telemetry.Otlp;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Shared.Events;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>A request that the reader of a trace has sent, by which its spans are known among those of others.</summary>
/// <param name="SpanId">The span of the gateway that served it; null when that is not known.</param>
/// <param name="Pod">The pod that answered, where the span is not known; null where the mesh itself answered.</param>
/// <param name="Start">When it began, by the clock of who has noted it.</param>
/// <param name="End">When it ended.</param>
/// <param name="IsTraced">Whether the gateway has recorded it; null when that is not known.</param>
internal sealed record OwnRequest(string? SpanId, string? Pod, DateTimeOffset Start, DateTimeOffset End, bool? IsTraced)
{
    /// <summary>One that the gateway remembers.</summary>
    public static OwnRequest Of(RequestRecord request) =>
        new(request.SpanId, null, request.Time.AddMilliseconds(-request.DurationMs), request.Time, request.IsTraced);

    /// <summary>One that the user's own log has.</summary>
    public static OwnRequest Of(ApiCall call) => new(null, call.Pod, call.Time.AddMilliseconds(-call.DurationMs), call.Time, null);

    /// <summary>Whether it served this request: no other of its trace was under way, as nobody else knew the id yet.</summary>
    public bool IsServedBy(TraceSpan span) => SpanId is not null
        ? span.SpanId == SpanId
        : (Pod is null ? OwnSpans.IsRequest(span) : span.Kind == "server" && span.Pod == Pod)
            && span.StartTime <= End && span.EndTime >= Start;

    /// <summary>Whether it happened in the time of this request.</summary>
    public bool Covers(DateTimeOffset time) => time >= Start && time <= End;
}
