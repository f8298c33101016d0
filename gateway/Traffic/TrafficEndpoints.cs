using MessageBoard.Gateway.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Telemetry;
using Microsoft.AspNetCore.Authentication;

namespace MessageBoard.Gateway.Traffic;

/// <summary>What happens to the traffic: counts, and the stream of requests.</summary>
public static class TrafficEndpoints
{
    /// <summary>Registers the recorder and the event stream, which hears of new configurations too.</summary>
    public static IServiceCollection AddTraffic(this IServiceCollection services) => services
        .AddSingleton<TrafficRecorder>()
        .AddApiCallEvents()
        .AddSingleton<MeshAnswers>()
        .AddHostedService(provider => provider.GetRequiredService<MeshAnswers>())
        .AddSingleton<RecentRequests>()
        .AddSingleton<StreamPlaces>()
        .AddSingleton<ObservedMetrics, TrafficMetrics>()
        .AddSingleton(provider =>
        {
            var feed = ActivatorUtilities.CreateInstance<TrafficFeed>(provider);
            var configuration = feed.AddState(
                "configuration", provider.GetRequiredService<FrontedServices>().Read, TrafficJson.Default.MeshConfiguration);
            provider.GetRequiredService<IMeshStore>().Changed += _ => configuration.Change();
            return feed;
        });

    /// <summary>Maps <c>GET /api/traffic</c> and <c>GET /api/traffic/events</c>.</summary>
    public static IEndpointRouteBuilder MapTraffic(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic");
        group.MapGet("", GetTraffic);
        group.MapGet("/events", ReadEventsAsync)
            .WithSummary("Server-sent events; the schema has the data of each by its name.")
            .Produces<TrafficEvents>(StatusCodes.Status200OK, "text/event-stream");
        return app;
    }

    private static TrafficReport GetTraffic(TrafficRecorder recorder, FrontedServices services)
    {
        var configuration = services.Read();
        var reports = configuration.Services.Select(service => new ServiceReport(service, recorder.Services[service.Service]));
        return new(recorder.StartedAt, ServiceTraffic.Window, [.. reports], configuration.Problems, configuration.Clusters);
    }

    private static async Task<IResult> ReadEventsAsync(HttpContext context, StreamPlaces places, TrafficFeed feed)
    {
        var user = (await context.AuthenticateAsync(SessionAuthentication.Scheme)).Principal?.Identity?.Name;
        if (places.TryTake(user, ClientAddress.Of(context), out var refusal) is { } place)
            return new TrafficEventsResult(feed, place);

        context.Response.Headers.RetryAfter = "10";
        return Problems.Of(StatusCodes.Status429TooManyRequests, refusal!.Value);
    }
}
