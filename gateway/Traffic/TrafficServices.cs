using MessageBoard.Gateway.Explain;
using MessageBoard.Gateway.Rules;
using MessageBoard.Gateway.Weights;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.Gateway.Traffic;

/// <summary>Registers what the traffic and weights endpoints need.</summary>
public static class TrafficServices
{
    /// <summary>Adds the recorder, the event stream and the configured weights.</summary>
    public static IServiceCollection AddTraffic(this IServiceCollection services)
    {
        services.AddSingleton<TrafficRecorder>();
        services.AddSingleton<RecentRequests>();
        services.AddSingleton<ConfiguredWeights>();
        services.AddSingleton<RouteEdits>();
        services.AddSingleton(provider =>
        {
            var feed = new TrafficFeed();
            provider.GetRequiredService<IMeshStore>().Changed += _ => feed.PublishConfigurationChange();
            return feed;
        });
        return services;
    }
}
