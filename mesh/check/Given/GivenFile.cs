using MessageBoard.Mesh.Loading;

namespace MessageBoard.MeshCheck.Given;

/// <summary>A file that was read.</summary>
/// <param name="Folder">Where it lies below the given folder; empty for what was given itself.</param>
/// <param name="Content">What it holds.</param>
/// <param name="Documents">Its resources as they are written.</param>
internal sealed record GivenFile(string Folder, ResourceFile Content, IReadOnlyList<GivenDocument> Documents);

/// <summary>Something that could not be read.</summary>
/// <param name="File">The file or folder.</param>
/// <param name="Message">Why.</param>
internal sealed record UnreadableFile(string File, string Message);
