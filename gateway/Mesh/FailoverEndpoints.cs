using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Mesh;

/// <summary>Turns the locality failover of istio/examples on and off, for all fronted services at once.</summary>
public static partial class FailoverEndpoints
{
    private const string What = "failover";

    private static readonly FailoverText Failover = new(ReadExample());

    /// <summary>Maps <c>/api/mesh/failover</c>.</summary>
    public static IEndpointRouteBuilder MapFailover(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/mesh/failover");
        group.MapGet("", (IMeshStore mesh, FrontedServices services) => Read(mesh.Current, services));
        group.MapPut("", SetAsync).RequireAuthorization(SessionAuthentication.AdminPolicy).Produces<FailoverReport>();
        return app;
    }

    /// <summary>Whether it is in force for every service, and whether it can be set here.</summary>
    public sealed record FailoverReport(bool InForce, bool Available);

    /// <summary>The body of an order.</summary>
    /// <param name="InForce">Whether it is to be in force.</param>
    public sealed record FailoverOrder(bool? InForce);

    private static FailoverReport Read(MeshSnapshot snapshot, FrontedServices services) => new(
        services.Names.All(service => Failover.IsInForce(snapshot, service)),
        services.Names.All(service => FailoverText.ResourcesOf(snapshot, service).Count > 0));

    // Each resource is edited by itself; what is so already is passed over, so that after a failure the same order does the rest.
    private static async Task<IResult> SetAsync(
        FailoverOrder order, HttpContext context, IMeshStore mesh, FrontedServices services, ILogger<FailoverOrder> logger,
        CancellationToken cancellationToken)
    {
        if (order.InForce is not { } inForce)
            return Problems.Invalid("inForce", ProblemTexts.TrueOrFalse);

        if (!Read(mesh.Current, services).Available)
            return Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.NoFailover);

        var origin = new EditOrigin(context.User.Identity!.Name!, What);
        foreach (var service in services.Names)
        {
            foreach (var key in FailoverText.ResourcesOf(mesh.Current, service))
            {
                if (await EditAsync(mesh, service, key, inForce, origin, cancellationToken) is { } problem)
                    return problem;
            }
        }

        if (!inForce && services.Names.FirstOrDefault(service => Failover.IsInForce(mesh.Current, service)) is { } byHand)
            return Refused($"{byHand}: it was not turned on here, so nobody knows what was there before; edit the YAML.");

        LogSet(logger, context.User.LogName(), inForce ? "on" : "off");
        return TypedResults.Ok(Read(mesh.Current, services));
    }

    private static async Task<IResult?> EditAsync(
        IMeshStore mesh, string service, ResourceKey key, bool inForce, EditOrigin origin, CancellationToken cancellationToken)
    {
        if (await mesh.ReadAsync(key, cancellationToken) is not { } text)
            return null; // gone in this moment

        string wanted;
        try
        {
            wanted = Failover.Write(mesh.Current, service, text, inForce);
        }
        catch (FormatException exception)
        {
            return Refused(exception.Message);
        }

        if (wanted == text.Yaml)
            return null;

        return await mesh.ReplaceAsync(key, wanted, text.Resource.ResourceVersion, origin, cancellationToken) switch
        {
            EditResult.Done => null,
            EditResult.Failed failed => EditAnswers.Failed(failed),
            EditResult.Conflict conflict => EditAnswers.Conflict(key.Kind, ServiceConfiguration.Of(conflict.Snapshot, service)),
            EditResult.Refused { Problems: [var first, ..] } => Refused($"{key}: {first.Message}"),
            _ => Refused($"{key} cannot be edited."),
        };
    }

    private static ProblemHttpResult Refused(string why) => EditAnswers.Unprocessable([new("inForce", [$"cannot be set. {why}"])]);

    private static string ReadExample()
    {
        using var example = typeof(FailoverEndpoints).Assembly.GetManifestResourceStream("locality-failover.yaml")!;
        using var reader = new StreamReader(example);
        return reader.ReadToEnd();
    }

    [LoggerMessage(LogLevel.Information, "{User} has turned locality failover {State}")]
    private static partial void LogSet(ILogger logger, string user, string state);
}
