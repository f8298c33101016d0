namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// The spans of a batch that is written for several requests at once. What is written for one request belongs to its trace. What is
/// written for many is a trace of its own, whose span links to each request's, and theirs link to it
/// (https://opentelemetry.io/docs/concepts/signals/traces/#span-links). Where nothing is kept, nothing is made.
/// </summary>
public sealed class BatchTrace : IDisposable
{
    private const string BatchSize = "messageboard.batch.size";

    private readonly Activity? _before;
    private readonly IReadOnlyList<Activity> _toEnd;

    private BatchTrace(Activity? before, IReadOnlyList<Activity> toEnd) => (_before, _toEnd) = (before, toEnd);

    /// <summary>The context of the span there is; the default if that is not kept, or there is none.</summary>
    public static ActivityContext Current => Activity.Current is { Recorded: true } span ? span.Context : default;

    /// <summary>Begins a batch, with a span in the trace of each request; all end with it.</summary>
    /// <param name="name">The name of the work.</param>
    /// <param name="requests">The requests' spans; of one that is not kept the default.</param>
    /// <returns>To be disposed of when the batch has been written; null when nothing is kept.</returns>
    public static BatchTrace? Begin(string name, IReadOnlyCollection<ActivityContext> requests)
    {
        var spans = new List<Activity>();
        foreach (var request in requests)
        {
            if (request.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                && Tracing.Source.StartAside(name, ActivityKind.Internal, request) is { } span)
                spans.Add(span);
        }

        return Begin(name, requests.Count, spans, spans);
    }

    /// <summary>Begins a batch for requests that have spans of this work already, whose owner ends them.</summary>
    /// <param name="name">The name of the work.</param>
    /// <param name="count">How many requests the batch is for.</param>
    /// <param name="spans">The spans of those that are kept.</param>
    /// <returns>To be disposed of when the batch has been written; null when nothing is kept.</returns>
    public static BatchTrace? Begin(string name, int count, IReadOnlyList<Activity> spans) => Begin(name, count, spans, []);

    /// <summary>The batch has been written, or could not be.</summary>
    public void Dispose()
    {
        foreach (var span in _toEnd)
            span.Stop();

        Activity.Current = _before;
    }

    // What is written is written within the span that becomes the current one.
    private static BatchTrace? Begin(string name, int count, IReadOnlyList<Activity> spans, IReadOnlyList<Activity> own)
    {
        if (spans.Count == 0)
            return null;

        var before = Activity.Current;
        if (spans.Count == 1)
        {
            Activity.Current = spans[0].SetTag(BatchSize, count);
            return new(before, own);
        }

        Activity.Current = null; // a root
        var batch = Tracing.Source.StartActivity(
            $"{name} (batch)", ActivityKind.Internal, default(ActivityContext),
            links: spans.Select(span => new ActivityLink(span.Context)));
        batch?.SetTag(BatchSize, count);
        foreach (var span in spans)
        {
            if (batch is not null)
                span.AddLink(new(batch.Context));
        }

        return new(before, batch is null ? own : [batch, .. own]);
    }
}
