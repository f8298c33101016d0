using MessageBoard.Mesh.Loading;
using YamlDotNet.Core;

namespace MessageBoard.MeshCheck.Given;

/// <summary>Finds and reads what the command line names.</summary>
internal static class GivenFiles
{
    // Mounted ConfigMaps are links; a link to a folder above must not lead around forever.
    private static readonly EnumerationOptions Below =
        new() { RecurseSubdirectories = true, MaxRecursionDepth = 32, IgnoreInaccessible = false };

    /// <summary>Reads the resources of files and folders.</summary>
    /// <param name="paths">The files and folders.</param>
    /// <param name="unreadable">Gets what could not be read.</param>
    public static IReadOnlyList<GivenFile> Read(IEnumerable<string> paths, ICollection<UnreadableFile> unreadable) =>
        [.. Texts(paths, unreadable).Select(text => Read(text.File, text.Folder, text.Text))];

    /// <summary>The texts of files and of all YAML files in folders.</summary>
    /// <param name="paths">The files and folders.</param>
    /// <param name="unreadable">Gets what could not be read.</param>
    public static IEnumerable<(string File, string Folder, string Text)> Texts(
        IEnumerable<string> paths, ICollection<UnreadableFile> unreadable)
    {
        foreach (var path in paths)
        {
            foreach (var (file, folder) in Find(path, unreadable))
            {
                if (TryRead(file, out var message) is { } text)
                    yield return (file, folder, text);
                else
                    unreadable.Add(new(file, message));
            }
        }
    }

    private static GivenFile Read(string file, string folder, string text)
    {
        IReadOnlyList<YamlItem> documents;
        try
        {
            documents = string.IsNullOrWhiteSpace(text) ? [] : [.. YamlDocuments.ReadItems(text).SelectMany(WithoutLists)];
        }
        catch (YamlException)
        {
            documents = []; // which reading it as resources tells
        }

        return new(
            folder, documents.Count == 0 ? ResourceFile.Read(file, text) : ResourceFile.Read(file, documents),
            [.. documents.Select(document => GivenDocument.Of(file, document)).OfType<GivenDocument>()]);
    }

    // What kubectl get -o yaml gives.
    private static IReadOnlyList<YamlItem> WithoutLists(YamlItem document) =>
        GivenDocument.Text(document, "kind") == "List" && GivenDocument.Text(document, "apiVersion") == "v1"
            ? GivenDocument.List(document, "items")
            : [document];

    private static (string File, string Folder)[] Find(string path, ICollection<UnreadableFile> unreadable)
    {
        if (!Directory.Exists(path))
            return [(path, "")];

        try
        {
            var found = Directory.EnumerateFiles(path, "*", Below)
                .Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
                .Order(StringComparer.Ordinal)
                .Select(file => (File: file, Folder: Path.GetDirectoryName(Path.GetRelativePath(path, file)) ?? ""))
                .ToArray();
            if (found.Length == 0)
                unreadable.Add(new(path, "has no *.yaml or *.yml file"));

            return found;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            unreadable.Add(new(path, exception.Message));
            return [];
        }
    }

    private static string? TryRead(string file, out string message)
    {
        message = "is not there";
        try
        {
            return File.Exists(file) ? ResourceFile.ReadText(file, out message) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            message = exception.Message;
            return null;
        }
    }
}
