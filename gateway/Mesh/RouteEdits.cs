using MessageBoard.Mesh.Configuration;
using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway.Mesh;

/// <summary>Carries out the edits of weights and rules.</summary>
public sealed partial class RouteEdits(IMeshStore mesh, ILogger<RouteEdits> logger)
{
    /// <summary>
    /// Edits a service's default route: 200 with its new row, 404, 409 with the row as it is now, 422, or 502 when a cluster does
    /// not take it.
    /// </summary>
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
                LogEdited(context.User.LogName(), edit.What, service);
                return TypedResults.Ok(ServiceConfiguration.Of(done.Snapshot, service));
            case EditResult.Conflict conflict:
                return EditAnswers.Conflict(conflict, service);
            case EditResult.Invalid invalid:
                return EditAnswers.Unprocessable(invalid.Errors);
            case EditResult.Failed failed:
                return EditAnswers.Failed(failed);
            default:
                return Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.NoDefaultRoute.With(service));
        }
    }

    [LoggerMessage(LogLevel.Information, "{User} has set the {What} of {Service}")]
    private partial void LogEdited(string user, string what, string service);
}
