using MessageBoard.Gateway.Telemetry.Otlp;

namespace MessageBoard.Gateway.Telemetry.Stores;

/// <summary>
/// Where traces and logs can be read back. Nothing of what it is asked for has been checked for rights; texts in queries have been checked
/// for their characters.
/// </summary>
internal interface ITelemetryStore
{
    /// <summary>What it is: <c>aspire</c> or <c>grafana</c>.</summary>
    string Kind { get; }

    /// <summary>Whether it has traces.</summary>
    bool HasTraces { get; }

    /// <summary>Whether it has logs.</summary>
    bool HasLogs { get; }

    /// <summary>Reads a trace.</summary>
    /// <returns>Its spans, in no order; null when it has none of them.</returns>
    /// <exception cref="TelemetryUnavailableException">It does not answer, or not what is expected.</exception>
    Task<StoredTrace?> FindTraceAsync(string traceId, CancellationToken cancellationToken);

    /// <summary>Looks traces up, of everybody's requests.</summary>
    /// <returns>The newest first; null where the store cannot be asked for more than one trace at a time.</returns>
    /// <exception cref="TelemetryUnavailableException">It does not answer, or not what is expected.</exception>
    Task<IReadOnlyList<TraceSummary>?> SearchAsync(TraceQuery query, CancellationToken cancellationToken);

    /// <summary>Reads logs.</summary>
    /// <returns>The newest lines, the newest first.</returns>
    /// <exception cref="TelemetryUnavailableException">It does not answer, or not what is expected.</exception>
    Task<IReadOnlyList<LogLine>> ReadLogsAsync(LogQuery query, CancellationToken cancellationToken);

    /// <summary>A trace's address on the store's own page; null where it has none.</summary>
    /// <param name="traceId">32 hex digits.</param>
    /// <param name="isAdmin">Whether the address may open the whole dashboard.</param>
    string? PageOf(string traceId, bool isAdmin);
}

/// <summary>Which traces are looked for.</summary>
/// <param name="Service">A service that has taken part; null for any.</param>
/// <param name="MinDurationMs">How long they lasted at least, in ms.</param>
/// <param name="Error">Whether a span has failed, or none has; null for either.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record TraceQuery(string? Service, long MinDurationMs, bool? Error, int Limit);

/// <summary>Which lines are looked for.</summary>
/// <param name="TraceId">Their trace; null for any, and none.</param>
/// <param name="Service">Who wrote them; null for any.</param>
/// <param name="Cluster">Where; null for any.</param>
/// <param name="Level">The least level, one of <see cref="LogLevels.Names"/>; null for any.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record LogQuery(string? TraceId, string? Service, string? Cluster, string? Level, int Limit)
{
    /// <summary>Whether a line is one of them, for stores that cannot tell.</summary>
    public bool Matches(LogLine line) => (TraceId is null || line.TraceId == TraceId) && (Service is null || line.Service == Service)
        && (Cluster is null || line.Cluster == Cluster) && (Level is null || LogLevels.IndexOf(line.Level) >= LogLevels.IndexOf(Level));
}

/// <summary>What a store has of a trace.</summary>
/// <param name="Spans">Its spans.</param>
/// <param name="IsCut">Whether there are more, which were left out.</param>
internal sealed record StoredTrace(IReadOnlyList<TraceSpan> Spans, bool IsCut)
{
    /// <summary>The most spans of a trace that are read.</summary>
    public const int MaxSpans = 2_000;

    /// <summary>What a store has answered, the first <see cref="MaxSpans"/> of it; null when that is nothing.</summary>
    public static StoredTrace? Of(IEnumerable<TraceSpan> spans, bool isCut = false)
    {
        var first = spans.Take(MaxSpans + 1).ToList();
        return first.Count == 0 ? null : new([.. first.Take(MaxSpans)], isCut || first.Count > MaxSpans);
    }
}

/// <summary>A store of telemetry does not answer within its time, or not what is expected.</summary>
/// <param name="inner">Why; it may name addresses, and is told to nobody.</param>
internal sealed class TelemetryUnavailableException(Exception? inner)
    : Exception("Traces and logs cannot be read at the moment; try again.", inner);
