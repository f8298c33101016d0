using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Gateway.Mesh;

/// <summary>
/// One resource in the list. Its file is relative to the watched folder, and the lines are the file's, from 1. Generated is what the
/// launcher writes of what it runs.
/// </summary>
public sealed record MeshResource(
    string ApiVersion, string Kind, string? Namespace, string? Name, string File, int Line, string State, string? InForce,
    string ResourceVersion, IReadOnlyList<ResourceProblem> Problems, IReadOnlyList<ResourceProblem> Warnings,
    IReadOnlyList<ResourceProblem> NotCarriedOut, bool Editable, bool Generated)
{
    /// <summary>A resource as the API lists it.</summary>
    public static MeshResource Of(ConfiguredResource resource)
    {
        var status = resource.Status;
        return new(
            status.ApiVersion, status.Kind, status.Namespace, status.Name, status.File, status.Line, NameOf(status.State),
            NameOf(status.InForce), resource.ResourceVersion, ResourceProblem.Of(status.Problems), ResourceProblem.Of(status.Warnings),
            ResourceProblem.Of(status.NotCarriedOut), resource.IsEditable, resource.IsGenerated);
    }

    internal static string NameOf(ResourceState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());

    internal static string? NameOf(InForce? inForce) =>
        inForce is { } known ? JsonNamingPolicy.CamelCase.ConvertName(known.ToString()) : null;
}

/// <summary>One resource with its text, which begins on a line of its file; the lines of what is said of it are the text's.</summary>
public sealed record MeshResourceText(
    string Kind, string? Namespace, string? Name, string File, int Line, string ResourceVersion, string Yaml, string State,
    string? InForce, IReadOnlyList<ResourceProblem> Problems, IReadOnlyList<ResourceProblem> Warnings,
    IReadOnlyList<ResourceProblem> NotCarriedOut, bool Editable, IReadOnlyList<ResourceVersion> Versions)
{
    /// <summary>A resource as the API gives it.</summary>
    public static MeshResourceText Of(ResourceText text)
    {
        var status = text.Resource.Status;
        return new(
            status.Kind, status.Namespace, status.Name, status.File, text.Line, text.Resource.ResourceVersion, text.Yaml,
            MeshResource.NameOf(status.State), MeshResource.NameOf(status.InForce), ResourceProblem.Of(status.Problems, text.Line),
            ResourceProblem.Of(text.Warnings), ResourceProblem.Of(status.NotCarriedOut, text.Line),
            text.Resource.IsEditable, text.Versions);
    }
}

/// <summary>Something that is to be said of a resource.</summary>
/// <param name="Line">The line, from 1; null when it is about the whole.</param>
/// <param name="Message">What it is, with the field's path.</param>
public sealed record ResourceProblem(int? Line, string Message)
{
    /// <summary>Problems as the API gives them.</summary>
    /// <param name="problems">The problems, with their file's lines.</param>
    /// <param name="first">The line of the file that is to be the first.</param>
    public static IReadOnlyList<ResourceProblem> Of(IEnumerable<MeshProblem> problems, int first = 1) =>
        [.. problems.Select(problem => new ResourceProblem(problem.Line - first + 1, problem.Message))];
}
