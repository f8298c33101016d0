using MessageBoard.Gateway.Mesh;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.Gateway.Traffic;

/// <summary>What happens to the traffic: counts, and the stream of requests.</summary>
public static class TrafficEndpoints
{
    /// <summary>Registers the recorder and the event stream, which hears of new configurations too.</summary>
    public static IServiceCollection AddTraffic(this IServiceCollection services) => services
        .AddSingleton<TrafficRecorder>()
        .AddSingleton<RecentRequests>()
        .AddSingleton(provider =>
        {
            var feed = new TrafficFeed();
            provider.GetRequiredService<IMeshStore>().Changed += _ => feed.PublishConfigurationChange();
            return feed;
        });

    /// <summary>Maps <c>GET /api/traffic</c> and <c>GET /api/traffic/events</c>.</summary>
    public static IEndpointRouteBuilder MapTraffic(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic");
        group.MapGet("", GetTraffic);
        group.MapGet("/events", ReadEvents);
        return app;
    }

    private static TrafficReport GetTraffic(TrafficRecorder recorder, FrontedServices services)
    {
        var configuration = services.Read();
        var reports = configuration.Services.Select(service => new ServiceReport(service, recorder.Services[service.Service]));
        return new(recorder.StartedAt, ServiceTraffic.Window, [.. reports], configuration.Problems, configuration.Clusters);
    }

    private static IResult ReadEvents(TrafficFeed feed) =>
        feed.Subscribe() is { } subscription
            ? new TrafficEventsResult(subscription)
            : TypedResults.Problem(
                $"All {TrafficFeed.MaxReaders} places at the event stream are taken.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
