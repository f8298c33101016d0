using System.Diagnostics;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Tells the caller the request's trace id.</summary>
public static class TraceIdHeader
{
    private const string Name = "X-Trace-Id";

    /// <summary>Puts the W3C trace id (32 hex digits) on every answer under <c>/api</c>.</summary>
    public static WebApplication UseTraceId(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/api"))
                Set(context);

            return next(context);
        });
        return app;
    }

    /// <summary>Puts it on this answer.</summary>
    public static void Set(HttpContext context)
    {
        if (Activity.Current is { } activity)
            context.Response.Headers[Name] = activity.TraceId.ToHexString();
    }
}
