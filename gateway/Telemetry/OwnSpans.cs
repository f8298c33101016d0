using MessageBoard.Gateway.Telemetry.Otlp;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>
/// The part of a trace that belongs to one's own requests. Trace ids are no secret (the event stream has them), and whoever sends
/// <c>traceparent</c> joins a trace: to have sent a request of a trace is no right to read all of it.
/// </summary>
internal static class OwnSpans
{
    /// <summary>
    /// What was done for these requests, and what led to them: from each request's span up to the first one of its trace, and everything
    /// below that, but for other requests. A span that lost its parents counts by its time: nobody knows a trace's id before the request
    /// that began it has ended.
    /// </summary>
    public static List<TraceSpan> Of(IReadOnlyList<TraceSpan> spans, IReadOnlyList<OwnRequest> requests)
    {
        var tree = new SpanTree(spans);
        var lineage = spans.Where(span => requests.Any(request => request.IsServedBy(span))).SelectMany(tree.Lineage).ToHashSet();
        var tops = lineage.Where(span => tree.ParentOf(span) is null)
            .Union(spans.Where(span => tree.ParentOf(span) is null && IsLost(span) && requests.Any(own => own.Covers(span.StartTime))));
        return [.. tops.SelectMany(top => tree.Below(top, span => !IsRequest(span) || lineage.Contains(span))).Distinct()];
    }

    /// <summary>Whether this is the gateway's span of a request.</summary>
    public static bool IsRequest(TraceSpan span) => span is { Service: "gateway", Kind: "server" };

    private static bool IsLost(TraceSpan span) => span.ParentId is not null && span.Service != "browser" && !IsRequest(span);
}
