namespace MessageBoard.Mesh.Resources;

/// <summary>Something that is wrong with the configuration.</summary>
/// <param name="File">The file, relative to the watched folder.</param>
/// <param name="Line">The line, from 1; null when it is about the file as a whole.</param>
/// <param name="Resource">The resource; null when the file could not be read so far.</param>
/// <param name="Path">The field; null when it is about none.</param>
/// <param name="Message">What is wrong, with the field's path.</param>
public sealed record MeshProblem(string File, int? Line, ResourceKey? Resource, FieldPath? Path, string Message)
{
    /// <summary>Whether it is valid to Istio: only the local mesh cannot carry it out.</summary>
    public bool IsValidToIstio { get; init; }
}
