namespace MessageBoard.Mesh.Snapshots;

/// <summary>One resource of the configuration.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="ResourceVersion">The version an edit is based on: a hash of its own document's text, whatever else its file holds.</param>
/// <param name="IsEditable">Whether it may be edited here: the launcher's own files may not.</param>
public sealed record ConfiguredResource(ResourceStatus Status, string ResourceVersion, bool IsEditable)
{
    /// <summary>Whether the launcher has written it, of what it runs.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>
    /// Whether it is of a kind that the mesh knows. Another, such as a Secret that lies in the folder, is nobody's to read or edit here.
    /// </summary>
    public bool IsOfTheMesh => Status.Namespace is not null;

    /// <summary>Its identity; null when it could not be read.</summary>
    public ResourceKey? Key => Status.Key;
}
