using System.Text.Json;
using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Drill;

/// <summary>
/// Asks the launcher of a local run to take clusters down: a file <c>CLUSTER.down</c> in the folder <c>Drill:Folder</c>. How the
/// processes are is in the launcher's state file, <c>Drill:State</c>.
/// </summary>
public sealed partial class ClusterDrill(IConfiguration configuration)
{
    private readonly string? _folder = configuration["Drill:Folder"], _state = configuration["Drill:State"];

    /// <summary>The clusters and their processes at this moment; not available without a launcher.</summary>
    public DrillReport Read()
    {
        if (_folder is null || ReadState() is not { Processes: not null } state || !state.IsRunning)
            return new(false, []);

        // The gateway is in ctx1 too, and stays up: who would answer otherwise?
        var services = state.Processes.Where(process => process.App.EndsWith("-service", StringComparison.Ordinal));
        return new(true, [.. services.GroupBy(process => process.Cluster).OrderBy(cluster => cluster.Key, StringComparer.Ordinal).Select(cluster =>
            new DrilledCluster(cluster.Key, File.Exists(FileOf(cluster.Key)), [.. cluster.Select(process => new DrilledProcess(process.Pod, process.App, JsonNamingPolicy.CamelCase.ConvertName(process.Condition)))]))]);
    }

    /// <summary>Takes a cluster down or up; false when there is no such cluster.</summary>
    public bool TrySet(string cluster, bool down)
    {
        // Only a name that the launcher knows may become a part of a path.
        if (Read().Clusters.All(known => known.Cluster != cluster))
            return false;

        Directory.CreateDirectory(_folder!);
        if (down)
            File.WriteAllBytes(FileOf(cluster), []);
        else
            File.Delete(FileOf(cluster));

        return true;
    }

    private string FileOf(string cluster) => Path.Combine(_folder!, $"{cluster}.down");

    private LauncherState? ReadState()
    {
        try
        {
            return _state is null ? null : JsonSerializer.Deserialize(File.ReadAllBytes(_state), DrillJson.Default.LauncherState);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private sealed record LauncherState(Launcher? Launcher, IReadOnlyList<LauncherProcess>? Processes)
    {
        // A launcher that was killed leaves its last state behind, and this gateway.
        public bool IsRunning => Launcher is not null && Directory.Exists($"/proc/{Launcher.Pid}");
    }

    private sealed record Launcher(int Pid);

    private sealed record LauncherProcess(string App, string Cluster, string Pod, string Condition);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(LauncherState))]
    private sealed partial class DrillJson : JsonSerializerContext;
}

/// <summary>What can be taken down, and how it is.</summary>
/// <param name="Available">Whether there is a launcher that obeys.</param>
/// <param name="Clusters">The clusters.</param>
public sealed record DrillReport(bool Available, IReadOnlyList<DrilledCluster> Clusters);

/// <summary>A cluster and its services.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Down">Whether it is to be down.</param>
/// <param name="Processes">Its services' processes.</param>
public sealed record DrilledCluster(string Cluster, bool Down, IReadOnlyList<DrilledProcess> Processes);

/// <summary>A process.</summary>
/// <param name="Pod">The pod that it plays.</param>
/// <param name="App">The service.</param>
/// <param name="Condition">How it is: <c>starting</c>, <c>ready</c>, <c>unready</c>, <c>restarting</c>, <c>down</c> or <c>stopped</c>.</param>
public sealed record DrilledProcess(string Pod, string App, string Condition);
