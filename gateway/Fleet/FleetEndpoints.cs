using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Fleet;

/// <summary>What runs.</summary>
public static class FleetEndpoints
{
    /// <summary>Registers the watch, and its metric.</summary>
    public static IServiceCollection AddFleet(this IServiceCollection services) => services
        .AddSingleton<FleetWatch>()
        .AddSingleton<ObservedMetrics, FleetMetrics>()
        .AddHostedService(provider => provider.GetRequiredService<FleetWatch>());

    /// <summary>Maps <c>GET /api/mesh/fleet</c>.</summary>
    public static IEndpointRouteBuilder MapFleet(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/mesh/fleet", (FleetWatch fleet) => fleet.Current);
        return app;
    }
}
