using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway.Drill;

/// <summary>Takes clusters of a local run down and up, to see what the mesh makes of it.</summary>
public static partial class DrillEndpoints
{
    /// <summary>Registers the drill.</summary>
    public static IServiceCollection AddDrill(this IServiceCollection services) => services.AddSingleton<ClusterDrill>();

    /// <summary>Maps <c>GET /api/mesh/drill</c> and <c>PUT /api/mesh/drill/{cluster}</c>.</summary>
    public static IEndpointRouteBuilder MapDrill(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/mesh/drill");
        group.MapGet("", (ClusterDrill drill) => drill.Read());
        group.MapPut("/{cluster}", SetDown).Produces<DrillReport>(StatusCodes.Status202Accepted)
            .RequireAuthorization(SessionAuthentication.AdminPolicy);
        return app;
    }

    /// <summary>The body of an order.</summary>
    /// <param name="Down">Whether the cluster is to be down.</param>
    public sealed record DrillOrder(bool? Down);

    private static IResult SetDown(string cluster, DrillOrder order, HttpContext context, ClusterDrill drill, ILogger<ClusterDrill> logger)
    {
        if (order.Down is not { } down)
            return Problems.Invalid("down", ProblemTexts.TrueOrFalse);

        if (!drill.TrySet(cluster, down, context.User.Identity!.Name!))
        {
            var report = drill.Read();
            return Problems.Of(
                StatusCodes.Status404NotFound,
                report.Available
                    ? GatewayProblems.UnknownCluster.With(cluster, string.Join(", ", report.Clusters.Select(known => known.Cluster)))
                    : GatewayProblems.LocalOnly);
        }

        LogOrdered(logger, context.User.LogName(), cluster, down ? "down" : "up");
        return TypedResults.Accepted((string?)null, drill.Read());
    }

    [LoggerMessage(LogLevel.Information, "{User} takes {Cluster} {Direction}")]
    private static partial void LogOrdered(ILogger logger, string user, string cluster, string direction);
}
