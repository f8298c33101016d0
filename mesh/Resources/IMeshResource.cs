namespace MessageBoard.Mesh.Resources;

/// <summary>A resource that the mesh carries out.</summary>
public interface IMeshResource
{
    /// <summary>Which one it is.</summary>
    ResourceKey Key { get; }

    /// <summary>The file it stands in, relative to the watched folder.</summary>
    string File { get; }
}
