using System.Diagnostics;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Tells the caller the request's trace id.</summary>
public static class TraceIdHeader
{
    /// <summary>The header: a W3C trace id, 32 hex digits.</summary>
    public const string Name = "X-Trace-Id";

    /// <summary>Puts it on every answer of the gateway's own under <c>/api</c>, whose logs carry it too.</summary>
    public static WebApplication UseTraceId(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            using var activity = Activity.Current is null ? Begin(context.Request) : null;
            context.TraceIdentifier = Activity.Current!.TraceId.ToHexString(); // problems have it from there
            if (context.Request.Path.StartsWithSegments("/api"))
                context.Response.Headers[Name] = context.TraceIdentifier;

            await next(context);
        });
        return app;
    }

    private static Activity Begin(HttpRequest request)
    {
        var activity = new Activity("gateway");
        if (request.Headers.TraceParent is [{ Length: > 0 } parent])
            activity.SetParentId(parent);

        return activity.Start();
    }
}
