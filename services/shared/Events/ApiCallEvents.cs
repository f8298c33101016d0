using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared.Events;

/// <summary>Makes every API call an event.</summary>
public static partial class ApiCallEvents
{
    private const string PingPath = "/ping";

    /// <summary>Adds the sending of API calls to Redis and, where <c>Kafka:BootstrapServers</c> is set, to Kafka.</summary>
    public static IServiceCollection AddApiCallEvents(this IServiceCollection services)
    {
        services.AddSingleton<DroppedEvents>();
        services.AddSingleton<RedisEventSink>();
        services.AddHostedService(provider => provider.GetRequiredService<RedisEventSink>());
        services.AddSingleton<KafkaEventSink>();
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
            if (!call.Path.EndsWith(PingPath, StringComparison.Ordinal)) // thousands a second, and all alike
                LogCall(logger, call.Method, call.Path, call.Status, call.DurationMs, call.User);
        });
        return app;
    }

    private static ApiCall Describe(HttpContext context, ServiceIdentity identity, DateTimeOffset time, TimeSpan duration)
    {
        var path = Shorten(context.Request.Path.Value ?? "", ApiCall.MaxPath);
        return new(
            Guid.NewGuid().ToString("N"),
            time,
            context.User.Identity?.Name,
            Shorten(context.Request.Method, ApiCall.MaxMethod),
            path,
            context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } ? $"/{route.Trim('/')}" : "(no route)",
            context.Response.StatusCode,
            Math.Round(duration.TotalMilliseconds, 3),
            identity.Name,
            identity.Cluster,
            identity.Pod,
            Activity.Current?.TraceId.ToHexString() ?? new ActivityTraceId().ToHexString());
    }

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {DurationMs} ms by {User}")]
    private static partial void LogCall(ILogger logger, string method, string path, int status, double durationMs, string? user);

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..length];
}
