using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MessageBoard.Gateway.Mesh;

/// <summary>Lists the mesh's resources, and reads and edits their YAML.</summary>
public static partial class ResourcesEndpoints
{
    // The largest file of 1 MiB, and what JSON's escapes make of it.
    private const long MaxBodyBytes = 4L * MeshFolder.MaxFileBytes;

    /// <summary>Maps <c>/api/mesh/resources</c>.</summary>
    public static IEndpointRouteBuilder MapResources(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/mesh/resources", (IMeshStore mesh) => new ResourceList([.. mesh.Current.Statuses.Select(MeshResource.Of)]));
        var one = app.MapGroup("/api/mesh/resources/{kind}/{name}");
        one.MapGet("", GetAsync).Produces<MeshResourceText>();
        one.MapGet("/versions/{version}", GetVersion).Produces<VersionYaml>();
        one.MapPut("", PutAsync).Produces<MeshResourceText>().RequireAuthorization(SessionAuthentication.AdminPolicy)
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        one.MapPost("/undo", UndoAsync).Produces<MeshResourceText>().RequireAuthorization(SessionAuthentication.AdminPolicy);
        return app;
    }

    /// <summary>All resources, in the order of the files.</summary>
    public sealed record ResourceList(IReadOnlyList<MeshResource> Resources);

    /// <summary>The body of an edit: one YAML document, and the version it is based on; null to replace whatever is there.</summary>
    public sealed record ResourceBody(string? Yaml, string? ResourceVersion);

    /// <summary>
    /// The body of an undo: the version that is to be taken back, null for whatever is there, and the one to go back to, null for the one
    /// before.
    /// </summary>
    public sealed record ResourceUndo(string? ResourceVersion, string? To);

    /// <summary>A version with its text.</summary>
    public sealed record VersionYaml(string Version, DateTimeOffset Time, string? User, string What, string Yaml);

    private static async Task<IResult> GetAsync(
        string kind, string name, IMeshStore mesh, [FromQuery(Name = "namespace")] string? ns, CancellationToken cancellationToken) =>
        await mesh.ReadAsync(KeyOf(kind, ns, name), cancellationToken) is { Resource.IsOfTheMesh: true } text
            ? TypedResults.Ok(MeshResourceText.Of(text))
            : NotThere(kind, name);

    private static IResult GetVersion(
        string kind, string name, string version, IMeshStore mesh, [FromQuery(Name = "namespace")] string? ns)
    {
        var key = KeyOf(kind, ns, name);
        if (mesh.Current.Find(key) is not { IsOfTheMesh: true })
            return NotThere(kind, name);

        return mesh.ReadVersion(key, version) is { Version: var found, Yaml: var yaml }
            ? TypedResults.Ok(new VersionYaml(found.Version, found.Time, found.User, found.What, yaml))
            : NotKept(key, version);
    }

    private static async Task<IResult> PutAsync(
        string kind, string name, ResourceBody edit, HttpContext context, IMeshStore mesh, ILogger<ResourceBody> logger,
        [FromQuery(Name = "namespace")] string? ns, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(edit.Yaml))
            return Refused([new(null, "yaml is missing: a resource is taken away by deleting its file, or on Kubernetes with kubectl.")]);

        var (key, user) = (KeyOf(kind, ns, name), context.User.Identity!.Name!);
        var result = await mesh.ReplaceAsync(key, edit.Yaml, edit.ResourceVersion, new(user, "yaml"), cancellationToken);
        if (result is EditResult.Done)
            LogEdited(logger, context.User.LogName(), key);

        return await AnswerAsync(result, key, mesh, cancellationToken);
    }

    private static async Task<IResult> UndoAsync(
        string kind, string name, HttpContext context, IMeshStore mesh, ILogger<ResourceBody> logger,
        [FromQuery(Name = "namespace")] string? ns, ResourceUndo? undo, CancellationToken cancellationToken)
    {
        var (key, user) = (KeyOf(kind, ns, name), context.User.Identity!.Name!);
        var result = await mesh.UndoAsync(key, undo?.To, undo?.ResourceVersion, user, cancellationToken);
        if (result is EditResult.Done)
            LogUndone(logger, context.User.LogName(), key);

        return result is EditResult.NotFound && await mesh.ReadAsync(key, cancellationToken) is not null
            ? undo?.To is { } to
                ? NotKept(key, to)
                : Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.NoFormerVersion.With(key))
            : await AnswerAsync(result, key, mesh, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(EditResult result, ResourceKey key, IMeshStore mesh, CancellationToken cancellationToken)
    {
        switch (result)
        {
            case EditResult.Failed failed:
                return EditAnswers.Failed(failed);
            case EditResult.Refused refused:
                return Refused(ResourceProblem.Of(refused.Problems));
            case EditResult.Done or EditResult.Conflict when await mesh.ReadAsync(key, cancellationToken) is { } text:
                var current = MeshResourceText.Of(text);
                return result is EditResult.Done ? TypedResults.Ok(current) : EditAnswers.Conflict("resource", current);
            default:
                return NotThere(key.Kind, key.Name);
        }
    }

    private static ResourceKey KeyOf(string kind, string? ns, string name) => new(kind, ns ?? HostNames.DefaultNamespace, name);

    private static ProblemHttpResult Refused(IReadOnlyList<ResourceProblem> problems) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, GatewayProblems.Refused, [KeyValuePair.Create("problems", (object?)problems)]);

    private static ProblemHttpResult NotKept(ResourceKey key, string version) =>
        Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.VersionGone.With(version, key));

    private static ProblemHttpResult NotThere(string kind, string name) =>
        Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.NoResource.With(kind, name));

    [LoggerMessage(LogLevel.Information, "{User} has edited {Resource}")]
    private static partial void LogEdited(ILogger logger, string user, ResourceKey resource);

    [LoggerMessage(LogLevel.Information, "{User} has taken back the last edit of {Resource}")]
    private static partial void LogUndone(ILogger logger, string user, ResourceKey resource);
}
