using System.Text.Json;
using System.Text.Json.Serialization;

namespace MessageBoard.Local.Drill;

/// <summary>
/// Takes clusters down and up as trainees ask for it: the gateway puts a file <c>CLUSTER.down</c> into the folder and takes it out
/// again. It finds the clusters and how their services are in <c>drill.json</c>, which is there for as long as somebody obeys.
/// </summary>
internal sealed partial class DrillFolder : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly IReadOnlyList<SupervisedProcess> _services;

    /// <summary>Begins with all clusters up.</summary>
    public DrillFolder(string folder, IReadOnlyList<SupervisedProcess> services)
    {
        (_folder, _services) = (folder, services);
        Clear();
        Report();
        foreach (var service in services)
            service.Changed += _ => Report(); // an order changes the processes too
    }

    /// <summary>Obeys until the run stops.</summary>
    public async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!File.Exists(ReportFile))
                Report(); // somebody has deleted the folder

            foreach (var service in _services)
            {
                if (File.Exists(Path.Combine(_folder, $"{service.Spec.Cluster}.down")))
                    service.TakeDown();
                else
                    service.BringUp();
            }

            await Task.Delay(Poll, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends with all clusters up and nobody who obeys.</summary>
    public void Dispose() => Clear();

    private string ReportFile => Path.Combine(_folder, "drill.json");

    private void Clear()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);

        Directory.CreateDirectory(_folder);
    }

    private void Report()
    {
        lock (_lock)
        {
            var clusters = _services.Select(service => service.State).GroupBy(state => state.Cluster).ToDictionary(
                cluster => cluster.Key,
                cluster => cluster.Select(state => new DrilledProcess(state.Pod, state.App, NameOf(state.Condition))));
            var report = new DrillReport(Environment.ProcessId, clusters);
            AtomicFile.Write(ReportFile, JsonSerializer.SerializeToUtf8Bytes(report, Json.Default.DrillReport));
        }
    }

    private static string NameOf(Condition condition) => JsonNamingPolicy.CamelCase.ConvertName(condition.ToString());

    private sealed record DrillReport(int Launcher, IReadOnlyDictionary<string, IEnumerable<DrilledProcess>> Clusters);

    private sealed record DrilledProcess(string Pod, string App, string Condition);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(DrillReport))]
    private sealed partial class Json : JsonSerializerContext;
}
