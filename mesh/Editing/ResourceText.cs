using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Editing;

/// <summary>A resource's text.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Yaml">Its document's text, without the markers between documents.</param>
/// <param name="Line">The text's first line in its file, from 1.</param>
/// <param name="Versions">What it said before, the newest first.</param>
public sealed record ResourceText(ConfiguredResource Resource, string Yaml, int Line, IReadOnlyList<FormerVersion> Versions)
{
    /// <summary>What the mesh warns of, at lines of the text.</summary>
    public IReadOnlyList<MeshProblem> Warnings =>
        [.. Resource.Status.Warnings.Select(warning => warning with { Line = LineOf(warning) })];

    // A text that is refused is not the one that is carried out, and may be no YAML at all.
    private int? LineOf(MeshProblem warning) => warning.Line is { } line ? line - Line + 1
        : Resource.Status.State == ResourceState.Accepted ? YamlEditor.LineOf(Yaml, warning.Path)
        : null;
}

/// <summary>A text that an edit has replaced.</summary>
/// <param name="ResourceVersion">Its version.</param>
/// <param name="Time">When it was replaced.</param>
/// <param name="User">Who replaced it.</param>
/// <param name="Reason">What for, such as <c>weights</c>, <c>yaml</c> or <c>undo</c>.</param>
public sealed record FormerVersion(string ResourceVersion, DateTimeOffset Time, string User, string Reason);

/// <summary>Who edits, and what for.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Reason">What for.</param>
public sealed record EditOrigin(string User, string Reason);
