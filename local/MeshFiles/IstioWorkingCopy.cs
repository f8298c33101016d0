using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MessageBoard.Local.MeshFiles;

/// <summary>
/// The copy of <c>istio/*.yaml</c> that people edit. A file nobody edited follows the checkout; an edited one is kept, and said.
/// </summary>
internal sealed partial class IstioWorkingCopy(string source, string copy)
{
    // What each file was copied from; the mesh passes over names that start with a dot.
    private string OriginsFile => Path.Combine(copy, ".origins.json");

    /// <summary>Brings the copy up to date and returns what the person should know of it.</summary>
    public IReadOnlyList<string> Refresh()
    {
        Directory.CreateDirectory(copy);
        var origins = ReadOrigins();
        var current = new Dictionary<string, string>();
        var notes = new List<string>();

        var names = Directory.Exists(source) ? Directory.EnumerateFiles(source, "*.yaml").Select(file => Path.GetFileName(file)!) : [];
        foreach (var name in names.Union(origins.Keys).Order(StringComparer.Ordinal))
        {
            var (ours, theirs) = (Path.Combine(copy, name), Path.Combine(source, name));
            origins.TryGetValue(name, out var origin);
            var latest = File.Exists(theirs) ? Hash(theirs) : null;
            var edited = File.Exists(ours) && Hash(ours) is var hash && hash != origin && hash != latest;

            if (edited && (origin ?? latest) is { } copiedFrom)
            {
                current[name] = copiedFrom;
                notes.Add(latest == copiedFrom
                    ? $"{name}: your edited copy is used"
                    : $"{name}: your edited copy is used, though istio/{name} has changed since (delete the copy to get the new one)");
            }
            else if (latest is not null)
            {
                AtomicFile.Write(ours, File.ReadAllBytes(theirs));
                current[name] = latest;
            }
            else
            {
                File.Delete(ours);
            }
        }

        AtomicFile.Write(OriginsFile, JsonSerializer.SerializeToUtf8Bytes(current, OriginsJson.Default.DictionaryStringString));
        return notes;
    }

    // One that is gone or broken: a file that is as the checkout's is taken for it, any other for edited.
    private Dictionary<string, string> ReadOrigins()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(OriginsFile), OriginsJson.Default.DictionaryStringString) ?? [];
        }
        catch (Exception unreadable) when (unreadable is FileNotFoundException or JsonException)
        {
            return [];
        }
    }

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    [JsonSerializable(typeof(Dictionary<string, string>))]
    private sealed partial class OriginsJson : JsonSerializerContext;
}
