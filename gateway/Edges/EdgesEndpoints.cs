using System.Text.Json.Serialization;
using MessageBoard.Shared.Edges;

namespace MessageBoard.Gateway.Edges;

/// <summary>Who calls whom behind the gateway.</summary>
public static class EdgesEndpoints
{
    /// <summary>Registers the reading of what all processes have called, and the sending of what this one has.</summary>
    public static IServiceCollection AddEdges(this IServiceCollection services) => services
        .AddEdgeReports()
        .AddSingleton<EdgeReader>()
        .AddHostedService(provider => provider.GetRequiredService<EdgeReader>());

    /// <summary>Maps <c>GET /api/traffic/edges</c>.</summary>
    public static IEndpointRouteBuilder MapEdges(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/traffic/edges", (EdgeReader edges, CancellationToken gone) => edges.ReadAsync(gone));
        return app;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EdgeList))]
internal sealed partial class EdgesJson : JsonSerializerContext;
