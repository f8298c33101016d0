using System.Text.RegularExpressions;
using MessageBoard.Shared.Telemetry;
using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared.Events;

/// <summary>Makes every API call an event.</summary>
public static partial class ApiCallEvents
{
    /// <summary>Adds the sending of API calls to Redis and, where <c>Kafka:BootstrapServers</c> is set, to Kafka.</summary>
    public static IServiceCollection AddApiCallEvents(this IServiceCollection services)
    {
        services.AddSingleton<DroppedEvents>();
        services.AddSingleton<RedisEventSink>();
        services.AddHostedService(provider => provider.GetRequiredService<RedisEventSink>());
        services.AddSingleton<KafkaEventSink>();
        services.AddSingleton<ObservedMetrics, EventMetrics>();
        return services;
    }

    /// <summary>Records each call under <c>/api</c> when it has ended. Never waits and never fails a request.</summary>
    public static WebApplication UseApiCallEvents(this WebApplication app)
    {
        var identity = app.Services.GetRequiredService<ServiceIdentity>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var redis = app.Services.GetRequiredService<RedisEventSink>();
        var kafka = app.Services.GetRequiredService<KafkaEventSink>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ApiCallEvents));

        app.Use(async (context, next) =>
        {
            var started = clock.GetTimestamp();
            await next(context);
            if (!context.Request.Path.StartsWithSegments("/api"))
                return;

            var call = Describe(context, identity, clock.GetUtcNow(), clock.GetElapsedTime(started));
            redis.Offer(call);
            kafka.Offer(call);
            if (!call.IsPing) // thousands a second, and all alike
                LogCall(logger, call.Method, call.Path, call.Status, call.DurationMs);
        });
        return app;
    }

    private static ApiCall Describe(HttpContext context, ServiceIdentity identity, DateTimeOffset time, TimeSpan duration) =>
        new(
            Guid.NewGuid().ToString("N"),
            time,
            context.User.Identity?.Name,
            ApiCall.Shorten(context.Request.Method, ApiCall.MaxMethod),
            ApiCall.Shorten(context.Request.Path.Value ?? "", ApiCall.MaxPath),
            context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route }
                ? $"/{Constraint.Replace(route.Trim('/'), "}")}"
                : ApiCall.NoRoute,
            context.Response.StatusCode,
            Math.Round(duration.TotalMilliseconds, 3),
            identity.Name,
            identity.Cluster,
            identity.Pod,
            Activity.Current?.TraceId.ToHexString() ?? new ActivityTraceId().ToHexString());

    // What a part of a path has to look like, as in {id:long}, is told to nobody.
    [GeneratedRegex(":[^{}]*}")]
    private static partial Regex Constraint { get; }

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {DurationMs} ms")]
    private static partial void LogCall(ILogger logger, string method, string path, int status, double durationMs);
}
