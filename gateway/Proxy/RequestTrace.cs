using System.Diagnostics;
using MessageBoard.Gateway.Explain;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Proxy;

/// <summary>
/// The trace that a request belongs to (https://www.w3.org/TR/trace-context/): the one that its caller has begun, or a new one. The
/// caller is told its id, 32 hex digits, and problem details name it. A span is made only of a request whose trace is kept, which is
/// decided before: an Activity costs a tenth of a request.
/// </summary>
/// <param name="sampling">Which traces are kept; null where nobody collects spans.</param>
internal sealed class RequestTrace(TraceSampling? sampling)
{
    private const string Header = "X-Trace-Id";

    /// <summary>A request's trace.</summary>
    /// <param name="Span">Its span; null when it is not kept.</param>
    /// <param name="Caller">The trace, and the caller's span, whose id may be missing.</param>
    public readonly record struct Begun(Activity? Span, ActivityContext Caller);

    /// <summary>Begins the trace of a request.</summary>
    public Begun Begin(HttpContext context)
    {
        var caller = CallerOf(context);
        if (sampling is null || !IsAsked(context, caller) || Start(caller) is not { } span)
            return new(null, GoOn(context, caller, forwardsFlag: sampling is null));

        Tell(context, span.TraceId, span.SpanId, span.ActivityTraceFlags);
        if (span.Recorded)
            return new(span, caller);

        span.Stop(); // OpenTelemetry's sampler has decided by the id, which stays
        return new(null, new(span.TraceId, caller.SpanId, ActivityTraceFlags.None, isRemote: true));
    }

    /// <summary>Tells the caller of the trace, in the answer.</summary>
    public static void Show(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;

    /// <summary>Describes a request in its span, when it has been answered.</summary>
    /// <param name="trace">What <see cref="Begin"/> gave.</param>
    /// <param name="context">The request and its answer.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="exchange">What happened to it in the mesh; null where that has not seen it.</param>
    /// <param name="route">The template of the path of an endpoint of the gateway's own; null where there is none.</param>
    /// <returns>The span, to be ended; null if it is not kept.</returns>
    public Activity? Describe(in Begun trace, HttpContext context, TimeSpan duration, MeshExchange? exchange = null, string? route = null)
    {
        var span = trace.Span;
        if (span is null && sampling is not null && context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span = KeptErrors.Begin(sampling, trace.Caller, duration);

        if (span is null)
            return null;

        span.DescribeServer(context, exchange is null ? route : PathTemplate.RouteOf(context.Request.Path.Value ?? "/"));
        exchange?.Describe(span);
        return span;
    }

    /// <summary>Goes on with a trace of which no span is made: of a request that is refused at once, or is a probe.</summary>
    public static void GoOn(HttpContext context) => GoOn(context, CallerOf(context), forwardsFlag: false);

    // A caller's wish that nothing is kept is respected; that something is, nobody can demand: it counts like any other.
    private bool IsAsked(HttpContext context, ActivityContext caller)
    {
        if (!sampling!.IsLimited)
            return true; // OpenTelemetry's sampler is asked

        if (ExplainHeader.IsAsked(context.Request))
            return sampling.KeepExplained();

        return (caller.TraceId == default || caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)) && sampling.Keep();
    }

    private static Activity? Start(ActivityContext caller) => Tracing.Source.StartActivity("HTTP", ActivityKind.Server, caller);

    private static ActivityContext CallerOf(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var caller))
            return caller;

        headers.TraceState = default; // of a trace that there is not
        return default;
    }

    private static ActivityContext GoOn(HttpContext context, ActivityContext caller, bool forwardsFlag)
    {
        if (caller.TraceId == default)
            caller = new(ActivityTraceId.CreateRandom(), default, ActivityTraceFlags.None, isRemote: true);

        Tell(context, caller.TraceId, ActivitySpanId.CreateRandom(), forwardsFlag ? caller.TraceFlags : ActivityTraceFlags.None);
        return caller;
    }

    // The header is sent on as it is now, unless the mesh makes a span of its own.
    private static void Tell(HttpContext context, ActivityTraceId trace, ActivitySpanId span, ActivityTraceFlags flags)
    {
        context.TraceIdentifier = trace.ToHexString();
        context.Request.Headers.TraceParent =
            $"00-{context.TraceIdentifier}-{span.ToHexString()}-{(flags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";
    }
}
