using System.Text.Json;
using MessageBoard.Mesh.Editing;

namespace MessageBoard.Mesh.Configuration;

/// <summary>
/// Since when a folder has each of its resources. Its files do not tell: most programs save one by making it anew. So the first sight of a
/// resource is kept, in a file that all who read the folder share: each adds what it sees first, the earlier of two times counts, and
/// what is gone is forgotten. Who cannot write goes on with what it knows.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="clock">By which what is gone is forgotten.</param>
internal sealed class FolderAges(string folder, TimeProvider clock)
{
    /// <summary>The file's name: one with a dot, as it holds no resources.</summary>
    public const string FileName = ".ages.json";

    /// <summary>How long what is gone is remembered: an editor may take a file away before it writes it anew.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly string _path = Path.Combine(folder, FileName);
    private readonly Dictionary<string, long> _gone = [];
    private Dictionary<string, Sight> _sights = [];
    private Dictionary<string, Sight> _kept = [];
    private FileStamp? _stamp;
    private bool _isUnwritten;

    /// <summary>The first sight of a resource; null for one that was not seen.</summary>
    public Sight? Of(ResourceKey key) => _sights.GetValueOrDefault(key.ToString());

    /// <summary>Takes note of what is there.</summary>
    /// <param name="changed">Whether it is other than before.</param>
    /// <param name="found">What is there: of a resource in several files that of the first counts.</param>
    /// <param name="isWhole">Whether that is all: of a file that cannot be read nobody knows what it holds.</param>
    /// <returns>Whether the age of anything is another.</returns>
    public bool Update(bool changed, IEnumerable<(ResourceKey Key, string File, DateTime Born)> found, bool isWhole)
    {
        if (!ReadAgain() && !changed && _gone.Count == 0 && !_isUnwritten)
            return false;

        var holders = found.ToLookup(each => each.Key.ToString(), each => (each.File, each.Born));
        var sights = new Dictionary<string, Sight>(_kept);
        foreach (var (key, sight) in _sights.Where(sight => holders.Contains(sight.Key)))
            sights[key] = sights.TryGetValue(key, out var other) && other.Since <= sight.Since ? other : sight;

        AddNew(sights, holders);
        Forget(sights, holders, isWhole);
        if (_isUnwritten || !IsSame(sights, _kept))
            Write(sights);

        var isOther = !IsSame(sights, _sights);
        _sights = sights;
        return isOther;
    }

    // What is new in a folder that is known is younger than all that was there, however old its file.
    private static void AddNew(Dictionary<string, Sight> sights, ILookup<string, (string File, DateTime Born)> holders)
    {
        var earliest = sights.Count == 0 ? DateTimeOffset.MinValue : sights.Values.Max(sight => sight.Since).AddMilliseconds(1);
        foreach (var holder in holders)
        {
            if (!sights.TryGetValue(holder.Key, out var sight))
            {
                DateTimeOffset born = holder.Min(file => file.Born);
                sights.Add(holder.Key, new(born > earliest ? born : earliest, holder.First().File));
            }
            else if (!holder.Any(file => file.File == sight.File))
            {
                sights[holder.Key] = sight with { File = holder.First().File };
            }
        }
    }

    private void Forget(Dictionary<string, Sight> sights, ILookup<string, (string File, DateTime Born)> holders, bool isWhole)
    {
        foreach (var back in _gone.Keys.Where(key => holders.Contains(key) || !sights.ContainsKey(key)).ToList())
            _gone.Remove(back);

        foreach (var key in sights.Keys.Where(key => isWhole && !holders.Contains(key)).ToList())
        {
            if (_gone.TryAdd(key, clock.GetTimestamp()) || clock.GetElapsedTime(_gone[key]) < Grace)
                continue;

            _gone.Remove(key);
            sights.Remove(key);
        }
    }

    /// <summary>Reads what others have written since; false when nobody has.</summary>
    private bool ReadAgain()
    {
        try
        {
            var file = new FileInfo(_path);
            FileStamp? stamp = file.Exists ? FileStamp.Of(file) : null;
            if (stamp is not { IsOld: false } && stamp == _stamp)
                return false;

            _stamp = stamp;
            _kept = stamp is null ? [] : JsonSerializer.Deserialize<Dictionary<string, Sight>>(File.ReadAllBytes(_path)) ?? [];
            if (_kept.ContainsValue(null!))
                _kept = [];
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            _kept = []; // what is known is written anew
        }

        return true;
    }

    private void Write(Dictionary<string, Sight> sights)
    {
        _kept = sights;
        try
        {
            AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(sights));
            _isUnwritten = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isUnwritten = true;
        }
    }

    private static bool IsSame(Dictionary<string, Sight> one, Dictionary<string, Sight> other) =>
        one.Count == other.Count && one.All(sight => other.TryGetValue(sight.Key, out var same) && same == sight.Value);

    /// <summary>When a resource was first seen.</summary>
    /// <param name="Since">When its file was written; if the folder was known before, then after all that was there.</param>
    /// <param name="File">Where: this one stays in force if another file comes to hold it, too.</param>
    internal sealed record Sight(DateTimeOffset Since, string File);
}
