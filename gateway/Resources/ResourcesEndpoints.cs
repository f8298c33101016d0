using System.Text.Json;
using System.Text.Json.Serialization;
using MessageBoard.Gateway.Rules;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MessageBoard.Gateway.Resources;

/// <summary>Lists the mesh's resources, and reads and edits their YAML.</summary>
public static partial class ResourcesEndpoints
{
    // The largest file of 1 MiB, and what JSON's escapes make of it.
    private const long MaxBodyBytes = 4L * MeshFolder.MaxFileBytes;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Maps <c>/api/mesh/resources</c>.</summary>
    public static IEndpointRouteBuilder MapResources(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/mesh/resources", (IMeshStore mesh) => TypedResults.Json(new ResourceList([.. mesh.Current.Statuses.Select(MeshResource.Of)]), Json));
        var one = app.MapGroup("/api/mesh/resources/{kind}/{name}").RequireAuthorization(SessionAuthentication.AdminPolicy);
        one.MapGet("", GetAsync);
        one.MapPut("", PutAsync).WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        one.MapPost("/undo", UndoAsync);
        return app;
    }

    /// <summary>All resources.</summary>
    /// <param name="Resources">The resources, in the order of the files.</param>
    public sealed record ResourceList(IReadOnlyList<MeshResource> Resources);

    /// <summary>The body of an edit.</summary>
    /// <param name="Yaml">The new text: one YAML document.</param>
    /// <param name="ResourceVersion">The version the edit is based on; null to replace whatever is there.</param>
    public sealed record ResourceEdit(string? Yaml, string? ResourceVersion);

    /// <summary>The body of an undo.</summary>
    /// <param name="ResourceVersion">The version that is to be taken back; null for whatever is there.</param>
    public sealed record ResourceUndo(string? ResourceVersion);

    private static async Task<IResult> GetAsync(string kind, string name, IMeshStore mesh, [FromQuery(Name = "namespace")] string? ns, CancellationToken cancellationToken) =>
        await mesh.ReadAsync(KeyOf(kind, ns, name), cancellationToken) is { } text ? TypedResults.Json(MeshResourceText.Of(text), Json) : NotThere(kind, name);

    private static async Task<IResult> PutAsync(
        string kind, string name, ResourceEdit edit, HttpContext context, IMeshStore mesh, ILogger<ResourceEdit> logger, [FromQuery(Name = "namespace")] string? ns, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(edit.Yaml))
            return Refused([new(null, "yaml is missing: a resource is taken away by deleting its file, or on Kubernetes with kubectl.")]);

        var (key, user) = (KeyOf(kind, ns, name), context.User.Identity!.Name!);
        var result = await mesh.ReplaceAsync(key, edit.Yaml, edit.ResourceVersion, new(user, "yaml"), cancellationToken);
        if (result is EditResult.Done)
            LogEdited(logger, user, key);

        return await AnswerAsync(result, key, mesh, cancellationToken);
    }

    private static async Task<IResult> UndoAsync(
        string kind, string name, HttpContext context, IMeshStore mesh, ILogger<ResourceEdit> logger, [FromQuery(Name = "namespace")] string? ns, ResourceUndo? undo, CancellationToken cancellationToken)
    {
        var (key, user) = (KeyOf(kind, ns, name), context.User.Identity!.Name!);
        var result = await mesh.UndoAsync(key, undo?.ResourceVersion, user, cancellationToken);
        if (result is EditResult.Done)
            LogUndone(logger, user, key);

        return result is EditResult.NotFound && await mesh.ReadAsync(key, cancellationToken) is not null
            ? TypedResults.Problem($"{key} has no former version to go back to.", statusCode: StatusCodes.Status404NotFound)
            : await AnswerAsync(result, key, mesh, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(EditResult result, ResourceKey key, IMeshStore mesh, CancellationToken cancellationToken)
    {
        switch (result)
        {
            case EditResult.Failed failed:
                return RouteEdits.Failed(failed);
            case EditResult.Refused refused:
                return Refused(ResourceProblem.Of(refused.Problems));
            case EditResult.Done or EditResult.Conflict when await mesh.ReadAsync(key, cancellationToken) is { } text:
                var current = MeshResourceText.Of(text);
                return result is EditResult.Done ? TypedResults.Json(current, Json) : TypedResults.Problem(
                    "Somebody else has changed this resource in the meantime; this is what it says now.",
                    statusCode: StatusCodes.Status409Conflict,
                    extensions: new Dictionary<string, object?> { ["current"] = JsonSerializer.SerializeToElement(current, Json) });
            default:
                return NotThere(key.Kind, key.Name);
        }
    }

    private static ResourceKey KeyOf(string kind, string? ns, string name) => new(kind, ns ?? HostNames.DefaultNamespace, name);

    private static ProblemHttpResult Refused(IReadOnlyList<ResourceProblem> problems) => TypedResults.Problem(
        "The mesh would refuse this text; nothing has changed.",
        statusCode: StatusCodes.Status422UnprocessableEntity,
        extensions: new Dictionary<string, object?> { ["problems"] = JsonSerializer.SerializeToElement(problems, Json) });

    private static ProblemHttpResult NotThere(string kind, string name) => TypedResults.Problem($"There is no {kind} '{name}'.", statusCode: StatusCodes.Status404NotFound);

    [LoggerMessage(LogLevel.Information, "{User} has edited {Resource}")]
    private static partial void LogEdited(ILogger logger, string user, ResourceKey resource);

    [LoggerMessage(LogLevel.Information, "{User} has taken back the last edit of {Resource}")]
    private static partial void LogUndone(ILogger logger, string user, ResourceKey resource);
}
