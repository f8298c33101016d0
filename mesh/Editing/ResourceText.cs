using MessageBoard.Mesh.Snapshots;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Editing;

/// <summary>A resource's text.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Yaml">Its document's text, without the markers between documents.</param>
/// <param name="Line">The text's first line in its file, from 1.</param>
/// <param name="Versions">What it says and has said, the version in force first; none of what is not editable.</param>
public sealed record ResourceText(ConfiguredResource Resource, string Yaml, int Line, IReadOnlyList<ResourceVersion> Versions)
{
    /// <summary>What the mesh warns of, at lines of the text.</summary>
    public IReadOnlyList<MeshProblem> Warnings =>
        [.. Resource.Status.Warnings.Select(warning => warning with { Line = LineOf(warning) })];

    /// <summary>A hash of what its <c>spec</c> says, however it is written; null when the text is no YAML.</summary>
    public string? SpecDigest => Read() is { } text ? Editing.SpecDigest.Of(text.Find(FieldPath.Spec)) : null;

    /// <summary>One of its annotations; null when there is none of this name, or the text is no YAML.</summary>
    public string? Annotation(string name) =>
        Read()?.Find(FieldPath.Metadata["annotations"][name]) is YamlScalarNode { Value: { } value } ? value : null;

    private YamlEditor? Read()
    {
        try
        {
            return new(Yaml, "\n");
        }
        catch (YamlException)
        {
            return null;
        }
    }

    // A text that is refused is not the one that is carried out, and may be no YAML at all.
    private int? LineOf(MeshProblem warning) => warning.Line is { } line ? line - Line + 1
        : Resource.Status.State == ResourceState.Accepted ? YamlEditor.LineOf(Yaml, warning.Path)
        : null;
}

/// <summary>What a resource has said from one edit to the next.</summary>
/// <param name="Version">The version: Kubernetes' resourceVersion, or in a folder a hash of the text, so that the same text is the same
/// version.</param>
/// <param name="Time">When it was written.</param>
/// <param name="User">Who wrote it through the gateway; null for who edited the file, or used kubectl.</param>
/// <param name="What">What for, such as <c>weights</c>, <c>yaml</c> or <c>undo</c>; see <see cref="EditOrigin"/>.</param>
public sealed record ResourceVersion(string Version, DateTimeOffset Time, string? User, string What);

/// <summary>A version with its text.</summary>
/// <param name="Version">The version.</param>
/// <param name="Yaml">What it says.</param>
public sealed record VersionText(ResourceVersion Version, string Yaml);

/// <summary>That a resource was edited.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Version">What it says now.</param>
/// <param name="Before">The version before; null when that is not known.</param>
public sealed record ResourceEdit(ResourceKey Key, ResourceVersion Version, string? Before);

/// <summary>Who edits, and what for.</summary>
/// <param name="User">The user's name.</param>
/// <param name="What">What for.</param>
public sealed record EditOrigin(string User, string What)
{
    /// <summary>An edit that goes back.</summary>
    public const string Undo = "undo";

    /// <summary>An edit by hand: of the file, or with kubectl.</summary>
    public const string Hand = "hand";

    /// <summary>No edit: what was there when the resource was first seen.</summary>
    public const string Found = "found";
}
