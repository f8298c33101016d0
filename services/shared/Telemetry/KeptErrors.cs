namespace MessageBoard.Shared.Telemetry;

/// <summary>
/// Keeps a server span of a request that has ended with an error, though its trace is not kept. It is made when the request has ended:
/// nobody can know before, and to record all requests would cost more than all that is kept.
/// </summary>
public static class KeptErrors
{
    /// <summary>Makes the span, if there is still room for one in this second.</summary>
    /// <param name="sampling">What may be kept.</param>
    /// <param name="parent">The trace and the caller's span, whose id may be missing.</param>
    /// <param name="duration">How long the request took until now.</param>
    /// <returns>The span, to be described and ended; null if there is none.</returns>
    public static Activity? Begin(TraceSampling sampling, ActivityContext parent, TimeSpan duration)
    {
        if (!sampling.KeepError())
            return null;

        var before = Activity.Current;
        Activity.Current = null;
        var span = Tracing.Source.StartActivity(
            "HTTP", ActivityKind.Server, parent, [new(TraceSampling.KeptAttribute, TraceSampling.KeptForError)],
            startTime: DateTimeOffset.UtcNow - duration);
        Activity.Current = before;
        return span;
    }

    // First in the pipeline: what it sees of the answer is what the caller gets.
    internal static WebApplication UseKeptErrors(this WebApplication app)
    {
        if (app.Services.GetService<TraceSampling>() is not { } sampling)
            return app;

        app.Use(async (context, next) =>
        {
            var started = Stopwatch.GetTimestamp();
            await next(context);
            if (context.Response.StatusCode < StatusCodes.Status500InternalServerError
                || Activity.Current is not { Recorded: false } request || Probes.IsProbe(context.Request.Path))
                return;

            var parent = new ActivityContext(request.TraceId, request.ParentSpanId, ActivityTraceFlags.None, isRemote: true);
            using var span = Begin(sampling, parent, Stopwatch.GetElapsedTime(started));
            span?.DescribeServer(context, Spans.RouteOf(context));
        });
        return app;
    }
}
