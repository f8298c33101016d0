using MessageBoard.Mesh.Loading;

namespace MessageBoard.MeshCheck;

/// <summary>A file that was read.</summary>
/// <param name="Folder">Where it lies below the given folder; empty for what was given itself.</param>
/// <param name="Content">What it holds.</param>
internal sealed record GivenFile(string Folder, ResourceFile Content);

/// <summary>Something that could not be read.</summary>
/// <param name="File">The file or folder.</param>
/// <param name="Message">Why.</param>
internal sealed record UnreadableFile(string File, string Message);

/// <summary>Finds and reads what the command line names.</summary>
internal static class GivenFiles
{
    // Mounted ConfigMaps are links; a link to a folder above must not lead around forever.
    private static readonly EnumerationOptions Below =
        new() { RecurseSubdirectories = true, MaxRecursionDepth = 32, IgnoreInaccessible = false };

    public static (IReadOnlyList<GivenFile> Files, IReadOnlyList<UnreadableFile> Unreadable) Read(IEnumerable<string> paths)
    {
        var (files, unreadable) = (new List<GivenFile>(), new List<UnreadableFile>());
        foreach (var path in paths)
        {
            try
            {
                if (!Directory.Exists(path))
                    Add(path, "");
                else if (Find(path) is { Length: > 0 } found)
                    Array.ForEach(found, file => Add(file, Path.GetDirectoryName(Path.GetRelativePath(path, file)) ?? ""));
                else
                    unreadable.Add(new(path, "has no *.yaml or *.yml file"));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                unreadable.Add(new(path, exception.Message));
            }
        }

        return (files, unreadable);

        void Add(string file, string folder)
        {
            if (TryRead(file, out var message) is { } content)
                files.Add(new(folder, content));
            else
                unreadable.Add(new(file, message));
        }
    }

    private static string[] Find(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", Below)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal)];

    private static ResourceFile? TryRead(string file, out string message)
    {
        message = "is not there";
        try
        {
            return File.Exists(file) && ResourceFile.ReadText(file, out message) is { } text ? ResourceFile.Read(file, text) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            message = exception.Message;
            return null;
        }
    }
}
