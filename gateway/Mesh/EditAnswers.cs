using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Gateway.Mesh;

/// <summary>Tells in HTTP why an edit was not made.</summary>
internal static class EditAnswers
{
    /// <summary>A 409 that has under <c>current</c> what is there now.</summary>
    public static ProblemHttpResult Conflict(string what, object current) => TypedResults.Problem(
        $"Somebody else has changed this {what} in the meantime; this is what it says now.",
        statusCode: StatusCodes.Status409Conflict,
        extensions: new Dictionary<string, object?> { ["current"] = current });

    /// <summary>A 502 that says which cluster did not take an edit, and what became of the others.</summary>
    public static ProblemHttpResult Failed(EditResult.Failed failed) =>
        TypedResults.Problem(
            failed.Reason, title: "The edit could not be made in every cluster.", statusCode: StatusCodes.Status502BadGateway);

    /// <summary>A 422 with the errors by field.</summary>
    public static ProblemHttpResult Unprocessable(IEnumerable<KeyValuePair<string, string[]>> errors) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors)
        {
            Status = StatusCodes.Status422UnprocessableEntity,
            Title = "What is asked for is not allowed.",
        });
}
