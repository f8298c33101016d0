using Yarp.ReverseProxy.Configuration;

namespace MessageBoard.Bench;

/// <summary>YARP with its defaults: one route, one cluster, a destination an address.</summary>
internal static class BareYarp
{
    public static Task RunAsync(string url, IReadOnlyList<string> backends)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "backends", Match = new() { Path = "{**rest}" } }],
            [new ClusterConfig
            {
                ClusterId = "backends",
                Destinations = backends.ToDictionary(address => address, address => new DestinationConfig { Address = address }),
            }]);

        var app = builder.Build();
        app.MapReverseProxy();
        return app.RunAsync();
    }
}
