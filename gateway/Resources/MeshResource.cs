using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Gateway.Resources;

/// <summary>One resource in the list.</summary>
/// <param name="ApiVersion">Its group and version.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="File">The file, relative to the watched folder.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="State">Whether it is in force.</param>
/// <param name="ResourceVersion">The version an edit is based on.</param>
/// <param name="Problems">Why it is refused; the lines are its file's.</param>
/// <param name="NotCarriedOut">Fields that the local mesh does not carry out.</param>
/// <param name="Editable">Whether it may be edited here.</param>
public sealed record MeshResource(
    string ApiVersion, string Kind, string? Namespace, string? Name, string File, int Line, ResourceState State, string ResourceVersion,
    IReadOnlyList<ResourceProblem> Problems, IReadOnlyList<ResourceProblem> NotCarriedOut, bool Editable)
{
    /// <summary>A resource as the API lists it.</summary>
    public static MeshResource Of(ConfiguredResource resource) => new(
        resource.Status.ApiVersion, resource.Status.Kind, resource.Status.Namespace, resource.Status.Name, resource.Status.File, resource.Status.Line,
        resource.Status.State, resource.ResourceVersion, ResourceProblem.Of(resource.Status.Problems), ResourceProblem.Of(resource.Status.NotCarriedOut), resource.IsEditable);
}

/// <summary>One resource with its text.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="File">The file, relative to the watched folder.</param>
/// <param name="Line">The line of the file on which the text begins, from 1.</param>
/// <param name="ResourceVersion">The version an edit is based on.</param>
/// <param name="Yaml">The text.</param>
/// <param name="State">Whether it is in force.</param>
/// <param name="Problems">Why it is refused; the lines are the text's.</param>
/// <param name="NotCarriedOut">Fields that the local mesh does not carry out; the lines are the text's.</param>
/// <param name="Editable">Whether it may be edited here.</param>
/// <param name="Versions">What it said before, the newest first.</param>
public sealed record MeshResourceText(
    string Kind, string? Namespace, string? Name, string File, int Line, string ResourceVersion, string Yaml, ResourceState State,
    IReadOnlyList<ResourceProblem> Problems, IReadOnlyList<ResourceProblem> NotCarriedOut, bool Editable, IReadOnlyList<FormerVersion> Versions)
{
    /// <summary>A resource as the API gives it.</summary>
    public static MeshResourceText Of(ResourceText text)
    {
        var status = text.Resource.Status;
        return new(
            status.Kind, status.Namespace, status.Name, status.File, text.Line, text.Resource.ResourceVersion, text.Yaml, status.State,
            ResourceProblem.Of(status.Problems, text.Line), ResourceProblem.Of(status.NotCarriedOut, text.Line), text.Resource.IsEditable, text.Versions);
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
