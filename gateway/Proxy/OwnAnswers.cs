using System.Diagnostics;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Proxy;

/// <summary>The traces of what the gateway answers itself.</summary>
internal static class OwnAnswers
{
    /// <summary>
    /// Begins them. Their logs carry the id too, whether a span is kept or not; only under <c>/api</c> they tell it. A probe has no span,
    /// and nothing that it causes; nor have questions about telemetry, of which the page asks many.
    /// </summary>
    public static WebApplication UseTrace(this WebApplication app)
    {
        var trace = app.Services.GetRequiredService<RequestTrace>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        app.Use(async (context, next) =>
        {
            if (Probes.IsProbe(context.Request.Path) || IsAboutTelemetry(context.Request.Path))
            {
                RequestTrace.GoOn(context);
                using var unseen = Follow(context);
                if (context.Request.Path.StartsWithSegments("/api"))
                    RequestTrace.Show(context);

                await next(context);
                return;
            }

            var arrived = clock.GetTimestamp();
            var route = Spans.RouteOf(context); // who handles an exception forgets it
            var begun = trace.Begin(context);
            using var activity = begun.Span is null ? Follow(context) : null;
            if (context.Request.Path.StartsWithSegments("/api"))
                RequestTrace.Show(context);

            await next(context);
            trace.Describe(begun, context, clock.GetElapsedTime(arrived), route: route)?.Stop();
        });
        return app;
    }

    private static bool IsAboutTelemetry(PathString path) =>
        path.StartsWithSegments("/api/telemetry") || path.StartsWithSegments("/otlp");

    // An Activity that nobody collects.
    private static Activity Follow(HttpContext context) =>
        new Activity("gateway").SetParentId(context.Request.Headers.TraceParent!).Start();
}
