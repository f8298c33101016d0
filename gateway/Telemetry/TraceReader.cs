using MessageBoard.Gateway.Telemetry.Otlp;
using MessageBoard.Gateway.Telemetry.Stores;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>Reads traces and logs for somebody: what of them is theirs, with what other traces have to do with it.</summary>
internal sealed class TraceReader(ITelemetryStore store, OwnRequests own, RecentRequests recent, TimeProvider clock)
{
    private const int MaxLinkedTraces = 5, MaxLookedThrough = 100, AtOnce = 4;

    // Processes send their spans some seconds late; after a minute what has not come will not come.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10), Late = TimeSpan.FromMinutes(1);

    /// <summary>Reads a trace.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellationToken">Ends when the caller has gone.</param>
    /// <returns>The trace; null with the reason why there is none to show.</returns>
    /// <exception cref="TelemetryUnavailableException">The store does not answer.</exception>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<(TraceAnswer? Answer, MissingTrace Missing)> ReadAsync(
        string traceId, HttpRequest request, CancellationToken cancellationToken)
    {
        var isAdmin = IsAdmin(request);
        var requests = isAdmin
            ? [.. recent.OfTrace(traceId).Select(OwnRequest.Of)]
            : await own.OfTraceAsync(traceId, request);
        if (!isAdmin && requests.Count == 0)
            return (null, MissingTrace.Unknown);

        var stored = await store.FindTraceAsync(traceId, cancellationToken);
        var spans = stored?.Spans ?? [];
        if (!isAdmin)
            spans = OwnSpans.Of(spans, requests);

        var page = store.PageOf(traceId, isAdmin);
        if (spans.Count == 0)
        {
            return WhyMissing(requests) is { } missing
                ? (null, missing)
                : (new(traceId, page, true, null, []), default);
        }

        var linked = await ReadLinkedAsync(traceId, spans, StoredTrace.MaxSpans - spans.Count, cancellationToken);
        var errorOnly = spans.Any(
            span => TraceSampling.KeptForError.Equals(span.Attributes.GetValueOrDefault(TraceSampling.KeptAttribute)));
        return (
            new(
                traceId, page, errorOnly || stored!.IsCut || linked.IsCut || IsIncomplete(spans),
                errorOnly ? "errorOnly" : null, [.. spans.Concat(linked.Spans).OrderBy(span => span.StartTime)]),
            default);
    }

    /// <summary>Looks traces up: an admin's are the store's, or of the last requests where it cannot search; a user's own.</summary>
    /// <returns>The newest first.</returns>
    /// <exception cref="TelemetryUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<TraceSummary>> SearchAsync(TraceQuery query, HttpRequest request, CancellationToken cancellationToken)
    {
        var isAdmin = IsAdmin(request);
        if (isAdmin && await store.SearchAsync(query, cancellationToken) is { } all)
            return all;

        var candidates = recent.All.Where(each => each.IsTraced && (isAdmin || each.IsOf(request)))
            .GroupBy(each => each.TraceId).Take(MaxLookedThrough);
        var found = new List<TraceSummary>();
        foreach (var some in candidates.Chunk(AtOnce).TakeWhile(_ => found.Count < query.Limit))
        {
            var traces = await Task.WhenAll(some.Select(trace => store.FindTraceAsync(trace.Key, cancellationToken)));
            found.AddRange(
                from pair in some.Zip(traces)
                let spans = isAdmin ? pair.Second?.Spans : OwnSpans.Of(pair.Second?.Spans ?? [], [.. pair.First.Select(OwnRequest.Of)])
                where spans is { Count: > 0 } && (query.Service is null || spans.Any(span => span.Service == query.Service))
                let summary = TraceSummary.Of(spans)
                where summary.DurationMs >= query.MinDurationMs && (query.Error is null || summary.Error == query.Error)
                select summary);
        }

        return [.. found.OrderByDescending(trace => trace.StartTime).Take(query.Limit)];
    }

    /// <summary>Reads logs: an admin's are all, a user's those of an own trace.</summary>
    /// <returns>The newest first; null when the trace is not the user's.</returns>
    /// <exception cref="TelemetryUnavailableException">The store does not answer.</exception>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<IReadOnlyList<LogLine>?> ReadLogsAsync(LogQuery query, HttpRequest request, CancellationToken cancellationToken)
    {
        if (IsAdmin(request))
            return await store.ReadLogsAsync(query, cancellationToken);

        var requests = await own.OfTraceAsync(query.TraceId!, request);
        if (requests.Count == 0)
            return null;

        // A line that belongs to no span of theirs, because it is not kept, may still be of their request.
        var trace = store.HasTraces ? await store.FindTraceAsync(query.TraceId!, cancellationToken) : null;
        var spans = OwnSpans.Of(trace?.Spans ?? [], requests).Select(span => span.SpanId).ToHashSet();
        var lines = await store.ReadLogsAsync(query, cancellationToken);
        return [.. lines.Where(line => spans.Contains(line.SpanId ?? "") || requests.Any(mine => mine.Covers(line.Time)))];
    }

    private static bool IsAdmin(HttpRequest request) => request.HttpContext.User.Session().IsAdmin;

    // Null where it is on its way.
    private MissingTrace? WhyMissing(IReadOnlyList<OwnRequest> requests) =>
        requests.All(request => request.IsTraced is null) ? MissingTrace.Unknown
        : requests.All(request => request.IsTraced != true) ? MissingTrace.SampledOut
        : clock.GetUtcNow() - requests.Max(request => request.End) > Late ? MissingTrace.TooOld
        : null;

    // The parent of the gateway's own span is whose word the caller gave, and a caller that is no page sends no spans.
    private bool IsIncomplete(IReadOnlyList<TraceSpan> spans)
    {
        var age = clock.GetUtcNow() - spans.Max(span => span.EndTime);
        var tree = new SpanTree(spans);
        return age < Fresh || spans.Any(
            span => span.ParentId is not null && tree.ParentOf(span) is null && (age < Late || !OwnSpans.IsRequest(span)));
    }

    private async Task<StoredTrace> ReadLinkedAsync(
        string traceId, IReadOnlyList<TraceSpan> spans, int room, CancellationToken cancellationToken)
    {
        var links = spans.OrderBy(span => span.StartTime).SelectMany(span => span.Links).Where(link => link.TraceId != traceId)
            .GroupBy(link => link.TraceId, link => link.SpanId).ToList();
        var found = await Task.WhenAll(links.Take(MaxLinkedTraces).Select(async trace =>
        {
            try
            {
                return await store.FindTraceAsync(trace.Key, cancellationToken) is { } linked
                    ? linked with { Spans = PartOf(linked.Spans, trace) }
                    : null;
            }
            catch (TelemetryUnavailableException)
            {
                return null; // what was found without it is worth showing
            }
        }));
        var kept = found.SelectMany(linked => linked?.Spans ?? []).ToList();
        return new(
            [.. kept.Take(room)],
            kept.Count > room || links.Count > MaxLinkedTraces || found.Any(linked => linked is null or { IsCut: true }));
    }

    // Of a batch that has written for many, no more than the batch.
    private static List<TraceSpan> PartOf(IReadOnlyList<TraceSpan> spans, IEnumerable<string> linkedIds)
    {
        var tree = new SpanTree(spans);
        return [.. linkedIds.Distinct().Select(tree.Find).OfType<TraceSpan>().SelectMany(span => tree.Below(span, _ => true)).Distinct()];
    }
}

/// <summary>A trace, for the page's waterfall.</summary>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="DashboardUrl">Its address on the store's own page; null where it has none.</param>
/// <param name="Partial">Whether there is more, which has not come yet, was not kept, or is too much.</param>
/// <param name="Reason"><c>errorOnly</c> when only processes that met an error have kept their spans.</param>
/// <param name="Spans">Its spans and those of linked traces, by their start.</param>
internal sealed record TraceAnswer(string TraceId, string? DashboardUrl, bool Partial, string? Reason, IReadOnlyList<TraceSpan> Spans);

/// <summary>Why there is no trace to show.</summary>
internal enum MissingTrace
{
    /// <summary>Nobody has such a trace, or it is somebody else's.</summary>
    Unknown,

    /// <summary>The sampler has not kept it.</summary>
    SampledOut,

    /// <summary>It was kept, and newer ones have taken its place.</summary>
    TooOld,

    /// <summary>Telemetry is off, or what is sent cannot be read back here.</summary>
    Off,
}
