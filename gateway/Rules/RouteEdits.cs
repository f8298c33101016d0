using MessageBoard.Gateway.Weights;
using MessageBoard.Mesh.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Rules;

/// <summary>Carries out the edits of weights and rules, and tells in HTTP how they ended.</summary>
public sealed partial class RouteEdits(IMeshStore mesh, ConfiguredWeights configured, ILogger<RouteEdits> logger)
{
    /// <summary>Edits a service's default route: 200 with its new row, 404, 409 with the row as it is now, 422, or 502 when a cluster does not take it.</summary>
    /// <param name="service">The service.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="resourceVersion">The version it is based on; null to edit whatever is there, as in Kubernetes.</param>
    /// <param name="context">Whose request it is.</param>
    public async Task<IResult> ApplyAsync(string service, RouteEdit edit, string? resourceVersion, HttpContext context)
    {
        var user = context.User.Identity!.Name!;
        switch (await mesh.EditRouteAsync(service, edit, resourceVersion, user, context.RequestAborted))
        {
            case EditResult.Done done:
                LogEdited(user, edit.Reason, service);
                return TypedResults.Ok(ConfiguredWeights.WeightsOf(done.Snapshot, service));
            case EditResult.Conflict conflict:
                return TypedResults.Problem(
                    "Somebody else has changed this VirtualService in the meantime; this is what it says now.",
                    statusCode: StatusCodes.Status409Conflict,
                    extensions: new Dictionary<string, object?> { ["current"] = ConfiguredWeights.WeightsOf(conflict.Snapshot, service) });
            case EditResult.Invalid invalid:
                return Unprocessable(invalid.Errors);
            case EditResult.Failed failed:
                return Failed(failed);
            default:
                return TypedResults.Problem($"'{service}' has no VirtualService with a default route.", statusCode: StatusCodes.Status404NotFound);
        }
    }

    /// <summary>The answer for a service that the gateway does not front; null for one that it does.</summary>
    public ProblemHttpResult? Unknown(string service) => configured.Services.Contains(service)
        ? null
        : TypedResults.Problem($"There is no service '{service}'; there are {string.Join(", ", configured.Services)}.", statusCode: StatusCodes.Status404NotFound);

    /// <summary>A 502 that says which cluster did not take an edit, and what became of the others.</summary>
    public static ProblemHttpResult Failed(EditResult.Failed failed) =>
        TypedResults.Problem(failed.Reason, title: "The edit could not be made in every cluster.", statusCode: StatusCodes.Status502BadGateway);

    /// <summary>A 422 with the errors by field.</summary>
    public static ProblemHttpResult Unprocessable(IEnumerable<KeyValuePair<string, string[]>> errors) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors) { Status = StatusCodes.Status422UnprocessableEntity, Title = "What is asked for is not allowed." });

    [LoggerMessage(LogLevel.Information, "{User} has set the {What} of {Service}")]
    private partial void LogEdited(string user, string what, string service);
}
