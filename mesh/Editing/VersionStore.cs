using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace MessageBoard.Mesh.Editing;

/// <summary>
/// What resources have said, one version after the other: the one in force and the last <see cref="Kept"/> before it, whoever wrote them.
/// A folder a resource, in it a text and a small description for each; a version is there when its description is, which is written
/// last. The first version of a resource is written when there is a second. Safe for concurrent use, by several processes too.
/// </summary>
internal sealed partial class VersionStore(string folder)
{
    /// <summary>How many versions of a resource are kept beside the one in force.</summary>
    public const int Kept = 20;

    /// <summary>The folder's name: one with a dot, as what is in it must not be loaded.</summary>
    public const string FolderName = ".versions";

    private static readonly JsonSerializerOptions Strict = new() { RespectRequiredConstructorParameters = true };

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, Entry> _seen = [];

    /// <summary>Whether a resource was seen before.</summary>
    public bool Knows(ResourceKey key)
    {
        lock (_gate)
            return _seen.ContainsKey(key);
    }

    /// <summary>Whether this is what was last seen of a resource.</summary>
    public bool Knows(ResourceKey key, string version)
    {
        lock (_gate)
            return _seen.TryGetValue(key, out var seen) && seen.Version.Version == version;
    }

    /// <summary>Takes note of what a resource says. What was not edited through <see cref="Add"/> was edited by hand.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="text">What it says.</param>
    /// <param name="version">That text's version.</param>
    /// <param name="time">When it was written, as far as is known.</param>
    /// <returns>The edit by hand; null when it is none.</returns>
    public ResourceEdit? See(ResourceKey key, string text, string version, DateTimeOffset time)
    {
        lock (_gate)
        {
            var before = Read(key) is [var newest, ..] ? newest : null;
            if (before?.Version.Version == version)
            {
                _seen[key] = before;
            }
            else if (before is null)
            {
                _seen[key] = new(new(version, time, null, EditOrigin.Found), 1, 1, () => text);
            }
            else if (before.Text() == text)
            {
                // As Kubernetes counts, one that has changed what is none of the text.
                _seen[key] = before with { Version = before.Version with { Version = version }, Text = () => text };
                if (before.IsStored)
                    Write(key, _seen[key]);
            }
            else
            {
                // A copy may have brought its time along.
                var edited = time < before.Version.Time ? before.Version.Time : time;
                return Append(key, before, new(version, edited, null, EditOrigin.Hand), null, text);
            }

            return null;
        }
    }

    /// <summary>Makes sure that the text which is about to be replaced can be brought back.</summary>
    public void Secure(ResourceKey key)
    {
        lock (_gate)
        {
            if (_seen.TryGetValue(key, out var seen) && !seen.IsStored)
                Write(key, _seen[key] = seen with { IsStored = true });
        }
    }

    /// <summary>Keeps the text that an edit has written.</summary>
    /// <returns>The edit.</returns>
    public ResourceEdit Add(ResourceKey key, string text, string version, EditOrigin origin)
    {
        lock (_gate)
        {
            var entries = Read(key);
            if (entries is [{ Version: { User: null } newest }, ..] && newest.Version == version)
                entries.RemoveAt(0); // somebody who watches was faster, and could not know whose it is

            var before = entries is [var first, ..] ? first : null;
            var back = origin.What == EditOrigin.Undo && Before(entries, before?.Version.Version) is { } target && target.Text() == text
                ? target.Position
                : (long?)null;
            return Append(key, before, new(version, DateTimeOffset.UtcNow, origin.User, origin.What), back, text);
        }
    }

    /// <summary>The versions of a resource, the newest first; none when it was never seen.</summary>
    public IReadOnlyList<ResourceVersion> List(ResourceKey key)
    {
        lock (_gate)
            return [.. Read(key).Select(entry => entry.Version)];
    }

    /// <summary>A version with its text; null when it is not kept.</summary>
    public VersionText? Find(ResourceKey key, string version)
    {
        lock (_gate)
            return Read(key).Find(entry => entry.Version.Version == version) is { } found ? new(found.Version, found.Text()) : null;
    }

    /// <summary>
    /// The text to go back to; null when there is none. An edit that went back stands where what it brought back did, so the next goes
    /// further.
    /// </summary>
    /// <param name="key">The resource.</param>
    /// <param name="current">The version that is there. One that was never in force goes back to the one that is.</param>
    public string? TextBefore(ResourceKey key, string current)
    {
        lock (_gate)
            return Before(Read(key), current)?.Text();
    }

    private static Entry? Before(List<Entry> entries, string? current) => entries switch
    {
        [] => null,
        [var newest, ..] when newest.Version.Version != current => newest,
        [var newest, ..] => entries.Find(entry => entry.Number < newest.Position),
    };

    private ResourceEdit Append(ResourceKey key, Entry? before, ResourceVersion version, long? back, string text)
    {
        if (before is { IsStored: false })
            Write(key, before);

        var number = (before?.Number ?? 0) + 1;
        var entry = new Entry(version, number, back ?? number, () => text) { IsStored = true };
        Write(key, entry);
        _seen[key] = entry;
        var place = PlaceOf(key);
        foreach (var old in Numbers(place).Skip(Kept + 1))
        {
            File.Delete(Path.Combine(place, $"{old:D10}.json"));
            File.Delete(Path.Combine(place, $"{old:D10}.yaml"));
        }

        return new(key, version, before?.Version.Version);
    }

    private void Write(ResourceKey key, Entry entry)
    {
        var path = Path.Combine(Directory.CreateDirectory(PlaceOf(key)).FullName, $"{entry.Number:D10}");
        AtomicFile.Write($"{path}.yaml", Encoding.UTF8.GetBytes(entry.Text()));
        var (version, time, user, what) = entry.Version;
        AtomicFile.Write($"{path}.json", JsonSerializer.SerializeToUtf8Bytes(new Description(version, time, user, what, entry.Position)));
    }

    // What is stored, or what was seen when nothing is: the newest first.
    private List<Entry> Read(ResourceKey key)
    {
        var entries = new List<Entry>();
        var place = PlaceOf(key);
        foreach (var number in Numbers(place).Take(Kept + 1))
        {
            var text = Path.Combine(place, $"{number:D10}.yaml");
            if (ReadDescription(Path.ChangeExtension(text, ".json")) is { } found && File.Exists(text))
                entries.Add(new(new(found.Version, found.Time, found.User, found.What), number, found.Position, () => ReadText(text))
                {
                    IsStored = true,
                });
        }

        if (entries.Count == 0 && _seen.TryGetValue(key, out var seen))
            entries.Add(seen);

        return entries;
    }

    private static string ReadText(string path) => File.ReadAllText(path, Encoding.UTF8);

    private static Description? ReadDescription(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Description>(File.ReadAllBytes(path), Strict);
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

    /// <summary>One version.</summary>
    /// <param name="Version">The version.</param>
    /// <param name="Number">Its place among the resource's versions, from 1.</param>
    /// <param name="Position">The place of the version that it brought back; its own when it brought none back.</param>
    /// <param name="Text">Reads what it says.</param>
    private sealed record Entry(ResourceVersion Version, long Number, long Position, Func<string> Text)
    {
        public bool IsStored { get; init; }
    }

    [SuppressMessage("Performance", "CA1812", Justification = "Made by the deserializer.")]
    private sealed record Description(string Version, DateTimeOffset Time, string? User, string What, long Position);
}
