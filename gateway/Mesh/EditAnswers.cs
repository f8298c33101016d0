using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Mesh;

/// <summary>Tells in HTTP why an edit was not made.</summary>
internal static class EditAnswers
{
    /// <summary>A 409 that has under <c>current</c> what is there now.</summary>
    public static ProblemHttpResult Conflict(string what, object current) => Problems.Of(
        StatusCodes.Status409Conflict, GatewayProblems.Changed.With(what), [KeyValuePair.Create("current", (object?)current)]);

    /// <summary>The same for a service's default route.</summary>
    public static ProblemHttpResult Conflict(EditResult.Conflict conflict, string service) => Conflict(
        conflict.Snapshot.DefaultRouteOf(service)?.Service.Kind ?? "VirtualService", ServiceConfiguration.Of(conflict.Snapshot, service));

    /// <summary>A 502 that says which cluster did not take an edit, and what became of the others.</summary>
    public static ProblemHttpResult Failed(EditResult.Failed failed) =>
        Problems.Titled(
            new() { Detail = failed.Reason, Status = StatusCodes.Status502BadGateway }, GatewayProblems.NotInEachCluster);

    /// <summary>A 422 with the errors by field.</summary>
    public static ProblemHttpResult Unprocessable(IEnumerable<KeyValuePair<string, string[]>> errors) =>
        Problems.Titled(
            new HttpValidationProblemDetails(errors) { Status = StatusCodes.Status422UnprocessableEntity }, GatewayProblems.NotAllowed);
}
