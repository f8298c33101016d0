using System.Security.Cryptography;
using System.Text.Json;

namespace MessageBoard.Mesh.Editing;

/// <summary>
/// What resources said before they were edited: a folder a resource, in it a text and a small description for each of the last
/// <see cref="Kept"/> versions. A version is there when its description is, which is written last.
/// </summary>
internal sealed partial class VersionStore(string folder)
{
    /// <summary>How many versions of a resource are kept.</summary>
    public const int Kept = 20;

    /// <summary>The folder's name: one with a dot, as what is in it must not be loaded.</summary>
    public const string FolderName = ".versions";

    /// <summary>The reason of an edit that goes back.</summary>
    public const string Undo = "undo";

    /// <summary>The versions of a resource, the newest first.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="current">The version in force, which is no former one: an edit may have been cut off between keeping and
    /// writing.</param>
    public IReadOnlyList<FormerVersion> List(ResourceKey key, string current) => [.. Read(key, current).Select(entry => entry.Version)];

    /// <summary>
    /// The text to go back to; null when there is none. An edit that went back is passed over, and so is what it took back.
    /// </summary>
    public string? TextBefore(ResourceKey key, string current)
    {
        var undone = 0;
        foreach (var entry in Read(key, current))
        {
            if (entry.Version.Reason == Undo)
                undone++;
            else if (undone-- == 0)
                return File.ReadAllText(entry.Path, Encoding.UTF8);
            else
                continue;
        }

        return null;
    }

    /// <summary>Keeps a text that is about to be replaced.</summary>
    public void Keep(ResourceKey key, string text, FormerVersion version)
    {
        var place = Directory.CreateDirectory(PlaceOf(key)).FullName;
        var numbers = Numbers(place);
        var path = Path.Combine(place, (numbers.FirstOrDefault() + 1).ToString("D10", CultureInfo.InvariantCulture));
        AtomicFile.Write($"{path}.yaml", Encoding.UTF8.GetBytes(text));
        AtomicFile.Write($"{path}.json", JsonSerializer.SerializeToUtf8Bytes(version));
        foreach (var old in numbers.Skip(Kept - 1))
        {
            File.Delete(Path.Combine(place, $"{old:D10}.json"));
            File.Delete(Path.Combine(place, $"{old:D10}.yaml"));
        }
    }

    private List<(FormerVersion Version, string Path)> Read(ResourceKey key, string current)
    {
        var entries = new List<(FormerVersion Version, string Path)>();
        var place = PlaceOf(key);
        foreach (var number in Numbers(place).Take(Kept))
        {
            var text = Path.Combine(place, $"{number:D10}.yaml");
            if (ReadDescription(Path.ChangeExtension(text, ".json")) is { } version && File.Exists(text)
                && (entries.Count > 0 || version.ResourceVersion != current))
                entries.Add((version, text));
        }

        return entries;
    }

    private static FormerVersion? ReadDescription(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<FormerVersion>(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return null; // not written by this process: no reason to answer nothing at all
        }
    }

    private static List<long> Numbers(string place) => !Directory.Exists(place) ? [] :
    [
        .. Directory.EnumerateFiles(place, "*.json")
            .Select(path => long.TryParse(
                Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0)
            .OrderDescending(),
    ];

    // Names that could mean something to the file system are hashed.
    private string PlaceOf(ResourceKey key)
    {
        var name = $"{key.Kind}.{key.Namespace}.{key.Name}";
        return Path.Combine(folder, PlainName().IsMatch(name) ? name : Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Kind}\n{key.Namespace}\n{key.Name}"))));
    }

    [GeneratedRegex(@"\A[A-Za-z]+\.[-a-z0-9]+\.[-.a-z0-9]{1,150}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
