using System.Diagnostics;

namespace MessageBoard.Gateway.Proxy;

/// <summary>
/// The trace that a request belongs to (https://www.w3.org/TR/trace-context/): the one that its caller has begun, or a new one. The
/// caller is told its id, 32 hex digits, and problem details name it.
/// </summary>
internal static class RequestTrace
{
    private const string Header = "X-Trace-Id";

    /// <summary>Begins the trace of a request that is forwarded.</summary>
    public static void Begin(HttpContext context)
    {
        context.TraceIdentifier = Activity.Current?.TraceId.ToHexString() ?? GoOn(context.Request.Headers);
        context.Response.Headers[Header] = context.TraceIdentifier;
    }

    /// <summary>Begins the traces of the gateway's own answers, whose logs carry the id too; only under <c>/api</c> they tell it.</summary>
    public static WebApplication UseTrace(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            using var activity = Activity.Current is null ? BeginActivity(context.Request.Headers) : null;
            context.TraceIdentifier = Activity.Current!.TraceId.ToHexString();
            if (context.Request.Path.StartsWithSegments("/api"))
                context.Response.Headers[Header] = context.TraceIdentifier;

            await next(context);
        });
        return app;
    }

    // Where nobody collects spans there is no Activity, which would cost a tenth of the request: only its numbers, which YARP sends on.
    private static string GoOn(IHeaderDictionary headers)
    {
        var isGiven = ActivityContext.TryParse(headers.TraceParent, null, out var caller);
        if (!isGiven)
            headers.TraceState = default; // of a trace that there is not

        var id = (isGiven ? caller.TraceId : ActivityTraceId.CreateRandom()).ToHexString();
        var flags = isGiven && caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00";
        headers.TraceParent = $"00-{id}-{ActivitySpanId.CreateRandom().ToHexString()}-{flags}";
        return id;
    }

    private static Activity BeginActivity(IHeaderDictionary headers)
    {
        var activity = new Activity("gateway");
        if (ActivityContext.TryParse(headers.TraceParent, null, out var caller))
            activity.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);

        return activity.Start();
    }
}
