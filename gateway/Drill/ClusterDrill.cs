using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Drill;

/// <summary>
/// Asks the launcher of a local run to take clusters down: a file <c>CLUSTER.down</c> in the folder <c>Drill:Folder</c>, where the
/// launcher has a <c>drill.json</c>. It obeys for as long as it holds the lock <c>Drill:Lock</c>, which ends with it, however that ends.
/// </summary>
public sealed partial class ClusterDrill(IConfiguration configuration)
{
    private readonly string? _folder = configuration["Drill:Folder"], _lock = configuration["Drill:Lock"];

    /// <summary>The clusters and their processes at this moment; not available without a launcher.</summary>
    public DrillReport Read() => ReadClusters() is not { } clusters ? new(false, []) : new(true,
        [.. clusters.OrderBy(cluster => cluster.Key, StringComparer.Ordinal)
            .Select(cluster => new DrilledCluster(cluster.Key, File.Exists(FileOf(cluster.Key)), cluster.Value))]);

    /// <summary>Takes a cluster down or up; false when there is no such cluster.</summary>
    public bool TrySet(string cluster, bool down)
    {
        // Only a name that the launcher knows may become a part of a path.
        if (ReadClusters()?.ContainsKey(cluster) != true)
            return false;

        if (down)
            File.WriteAllBytes(FileOf(cluster), []);
        else
            File.Delete(FileOf(cluster));

        return true;
    }

    private string FileOf(string cluster) => Path.Combine(_folder!, $"{cluster}.down");

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

    private sealed record DrillFile(Dictionary<string, IReadOnlyList<DrilledProcess>>? Clusters);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(DrillFile))]
    private sealed partial class DrillJson : JsonSerializerContext;
}

/// <summary>What can be taken down, if there is a launcher that obeys, and how it is.</summary>
public sealed record DrillReport(bool Available, IReadOnlyList<DrilledCluster> Clusters);

/// <summary>A cluster, whether it is to be down, and its services' processes.</summary>
public sealed record DrilledCluster(string Cluster, bool Down, IReadOnlyList<DrilledProcess> Processes);

/// <summary>The process of a service.</summary>
/// <param name="Pod">The pod that it plays.</param>
/// <param name="App">The service.</param>
/// <param name="Condition">How it is: <c>starting</c>, <c>ready</c>, <c>unready</c>, <c>restarting</c>, <c>down</c> or
/// <c>stopped</c>.</param>
public sealed record DrilledProcess(string Pod, string App, string Condition);
