using System.Diagnostics;
using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared.Events;

/// <summary>Makes every API call an event.</summary>
public static class ApiCallEvents
{
    private const int MaxPathLength = 512;
    private const int MaxMethodLength = 16;

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

        app.Use(async (context, next) =>
        {
            var started = clock.GetTimestamp();
            await next(context);
            if (!context.Request.Path.StartsWithSegments("/api"))
                return;

            var call = Describe(context, identity, clock.GetUtcNow(), clock.GetElapsedTime(started));
            redis.Offer(call);
            kafka.Offer(call);
        });
        return app;
    }

    private static ApiCall Describe(HttpContext context, ServiceIdentity identity, DateTimeOffset time, TimeSpan duration)
    {
        var path = Shorten(context.Request.Path.Value ?? "", MaxPathLength);
        return new(
            Guid.NewGuid().ToString("N"),
            time,
            context.User.Identity?.Name,
            Shorten(context.Request.Method, MaxMethodLength),
            path,
            context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } ? $"/{route.Trim('/')}" : "(no route)",
            context.Response.StatusCode,
            Math.Round(duration.TotalMilliseconds, 3),
            identity.Name,
            identity.Cluster,
            identity.Pod,
            Activity.Current?.TraceId.ToHexString() ?? new ActivityTraceId().ToHexString());
    }

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..length];
}
