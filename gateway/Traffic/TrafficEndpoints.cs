using MessageBoard.Gateway.Weights;

namespace MessageBoard.Gateway.Traffic;

/// <summary>What happens to the traffic: counts, and the stream of requests.</summary>
public static class TrafficEndpoints
{
    /// <summary>Maps <c>GET /api/traffic</c> and <c>GET /api/traffic/events</c>.</summary>
    public static IEndpointRouteBuilder MapTraffic(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/traffic");
        group.MapGet("", GetTraffic);
        group.MapGet("/events", ReadEvents);
        return app;
    }

    private static TrafficReport GetTraffic(TrafficRecorder recorder, ConfiguredWeights configured)
    {
        var configuration = configured.Read();
        return new(recorder.StartedAt, ServiceTraffic.Window, [.. configuration.Services.Select(Report)], configuration.Problems, configuration.Clusters);

        ServiceReport Report(ServiceWeights weights)
        {
            var (recent, sinceStart) = recorder.Services[weights.Service].Read();
            return new(weights.Service, weights.ResourceVersion, weights.Weights, weights.Rules, recent, sinceStart);
        }
    }

    private static IResult ReadEvents(TrafficFeed feed) =>
        feed.Subscribe() is { } subscription
            ? new TrafficEventsResult(subscription)
            : TypedResults.Problem($"All {TrafficFeed.MaxReaders} places at the event stream are taken.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
