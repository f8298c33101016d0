using System.Collections.Concurrent;
using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Drill;

/// <summary>
/// Asks the launcher of a local run to take clusters down: a file <c>CLUSTER.down</c> in the folder <c>Drill:Folder</c>, where the
/// launcher has a <c>drill.json</c>. It obeys for as long as it holds the lock <c>Drill:Lock</c>, which ends with it, however that ends.
/// The file says who ordered it and when; an empty one, made by hand, does as well.
/// </summary>
public sealed partial class ClusterDrill(IConfiguration configuration, TimeProvider clock)
{
    private const int MaxOrderBytes = 4096;

    private readonly string? _folder = configuration["Drill:Folder"], _lock = configuration["Drill:Lock"];
    private readonly ConcurrentDictionary<string, string> _broughtUpBy = [];

    /// <summary>The folder; null where there is no launcher.</summary>
    public string? Folder => _folder;

    /// <summary>The clusters and their processes at this moment; not available without a launcher.</summary>
    public DrillReport Read() => ReadClusters() is not { } clusters ? new(false, []) : new(true,
        [.. clusters.OrderBy(cluster => cluster.Key, StringComparer.Ordinal).Select(cluster =>
        {
            var order = ReadOrder(cluster.Key);
            return new DrilledCluster(cluster.Key, order is not null, order?.Since, order?.User, cluster.Value);
        })]);

    /// <summary>Takes a cluster down or up; false when there is no such cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="down">Whether it is to be down.</param>
    /// <param name="user">Who orders it.</param>
    public bool TrySet(string cluster, bool down, string user)
    {
        // Only a name that the launcher knows may become a part of a path.
        if (ReadClusters()?.ContainsKey(cluster) != true)
            return false;

        if (!down)
        {
            _broughtUpBy[cluster] = user;
            File.Delete(FileOf(cluster));
        }
        else if (!File.Exists(FileOf(cluster)))
        {
            // Whole from the first moment, or somebody would read it as one that was made by hand.
            var whole = Path.Combine(_folder!, $".{cluster}.down");
            File.WriteAllBytes(whole, JsonSerializer.SerializeToUtf8Bytes(new(user, clock.GetUtcNow()), DrillJson.Default.OrderFile));
            File.Move(whole, FileOf(cluster), overwrite: true);
        }

        return true;
    }

    /// <summary>Who brought a cluster up last; null for nobody who is known. Tells it once.</summary>
    public string? TakeBroughtUpBy(string cluster) => _broughtUpBy.TryRemove(cluster, out var user) ? user : null;

    private string FileOf(string cluster) => Path.Combine(_folder!, $"{cluster}.down");

    private OrderFile? ReadOrder(string cluster)
    {
        var file = new FileInfo(FileOf(cluster));
        if (!file.Exists)
            return null;

        try
        {
            if (file.Length is > 0 and <= MaxOrderBytes
                && JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), DrillJson.Default.OrderFile) is { Since: not null } order)
                return order;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // Somebody's own.
        }

        return new(null, file.LastWriteTimeUtc);
    }

    private Dictionary<string, IReadOnlyList<DrilledProcess>>? ReadClusters()
    {
        try
        {
            return _folder is not null && IsObeyed() ? ReadFile()?.Clusters : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    // A launcher that was killed leaves its files behind, and this gateway; its number may be another program's.
    private bool IsObeyed()
    {
        if (!File.Exists(_lock))
            return false;

        try
        {
            using var nobodys = new FileStream(_lock, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private DrillFile? ReadFile() =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(_folder!, "drill.json")), DrillJson.Default.DrillFile);

    private sealed record OrderFile(string? User, DateTimeOffset? Since);

    private sealed record DrillFile(Dictionary<string, IReadOnlyList<DrilledProcess>>? Clusters);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(DrillFile))]
    [JsonSerializable(typeof(OrderFile))]
    private sealed partial class DrillJson : JsonSerializerContext;
}

/// <summary>What can be taken down, if there is a launcher that obeys, and how it is.</summary>
public sealed record DrillReport(bool Available, IReadOnlyList<DrilledCluster> Clusters);

/// <summary>A cluster and its services' processes.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Down">Whether it is to be down.</param>
/// <param name="Since">Since when it is to be down; null when it is not.</param>
/// <param name="User">Who ordered that; null when nobody did, or nobody is known.</param>
/// <param name="Processes">Its services' processes.</param>
public sealed record DrilledCluster(
    string Cluster, bool Down, DateTimeOffset? Since, string? User, IReadOnlyList<DrilledProcess> Processes);

/// <summary>The process of a service.</summary>
/// <param name="Pod">The pod that it plays.</param>
/// <param name="App">The service.</param>
/// <param name="Condition">How it is: <c>starting</c>, <c>ready</c>, <c>unready</c>, <c>restarting</c>, <c>down</c> or
/// <c>stopped</c>.</param>
public sealed record DrilledProcess(string Pod, string App, string Condition)
{
    /// <summary>The condition in which it takes requests.</summary>
    public const string Ready = "ready";
}
