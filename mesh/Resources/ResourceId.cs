namespace MessageBoard.Mesh.Resources;

/// <summary>Which resource this is, and where it stands.</summary>
/// <param name="Kind">Its kind, such as <c>VirtualService</c>.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="File">The file, relative to the watched folder.</param>
/// <param name="Version">The version of the file: a hash of its text.</param>
public sealed record ResourceId(string Kind, string Namespace, string Name, string File, string Version)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <summary>A resource that the mesh carries out.</summary>
public interface IMeshResource
{
    /// <summary>Which one it is.</summary>
    ResourceId Id { get; }
}
