using MessageBoard.Gateway.Telemetry.Stores;
using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Telemetry;

/// <summary>Reads traces for somebody: what of it is theirs, with what other traces have to do with it.</summary>
internal sealed class TraceReader(ITelemetryStore store, RecentRequests recent, TimeProvider clock)
{
    /// <summary>The attribute of spans that a process has kept only because it met an error, and what it then says.</summary>
    public const string KeptAttribute = "messageboard.kept", KeptForError = "error";

    private const int MaxLinkedTraces = 5;

    // Processes send their spans some seconds late; after a minute what has not come will not come.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10), Late = TimeSpan.FromMinutes(1);

    /// <summary>Reads a trace.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellationToken">Ends when the caller has gone.</param>
    /// <returns>The trace; null with the reason why there is none to show.</returns>
    /// <exception cref="TelemetryUnavailableException">The store does not answer.</exception>
    public async Task<(TraceAnswer? Answer, MissingTrace Missing)> ReadAsync(
        string traceId, HttpRequest request, CancellationToken cancellationToken)
    {
        var isAdmin = request.HttpContext.User.Session().IsAdmin;
        var entries = recent.OfTrace(traceId).Where(entry => isAdmin || entry.IsOf(request)).ToList();
        var own = isAdmin ? [] : entries.ConvertAll(OwnRequest.Of);
        if (!isAdmin && own.Count == 0)
            return (null, MissingTrace.Unknown);

        var stored = await store.FindTraceAsync(traceId, cancellationToken);
        var spans = stored?.Spans ?? [];
        if (!isAdmin)
            spans = OwnSpans.Of(spans, own);

        if (spans.Count == 0)
        {
            return entries.Count == 0 ? (null, MissingTrace.Unknown)
                : entries.TrueForAll(entry => !entry.IsTraced) ? (null, MissingTrace.SampledOut)
                : clock.GetUtcNow() - entries.Max(entry => entry.Request.Time) > Late ? (null, MissingTrace.TooOld)
                : (new(traceId, store.PageOf(traceId, isAdmin), true, null, []), default);
        }

        var linked = await ReadLinkedAsync(traceId, spans, StoredTrace.MaxSpans - spans.Count, cancellationToken);
        var errorOnly = spans.Any(span => KeptForError.Equals(span.Attributes.GetValueOrDefault(KeptAttribute)));
        return (
            new(
                traceId, store.PageOf(traceId, isAdmin), errorOnly || stored!.IsCut || linked.IsCut || IsIncomplete(spans),
                errorOnly ? "errorOnly" : null, [.. spans.Concat(linked.Spans).OrderBy(span => span.StartTime)]),
            default);
    }

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
