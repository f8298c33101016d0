using System.Text.Json;
using System.Text.Json.Serialization;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Drill;

/// <summary>
/// Takes clusters down and up as trainees ask for it: the gateway puts a file <c>CLUSTER.down</c> into the folder and takes it out
/// again. It finds the clusters and how their services are in <c>drill.json</c>; somebody obeys for as long as the run's lock is held.
/// </summary>
internal sealed partial class DrillFolder : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly RunFiles _files;
    private readonly string _folder;
    private readonly IReadOnlyList<SupervisedProcess> _services;

    /// <summary>Begins with all clusters up.</summary>
    public DrillFolder(RunFiles files, string folder, IReadOnlyList<SupervisedProcess> services)
    {
        (_files, _folder, _services) = (files, folder, services);
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
            if (!_files.Exists(ReportFile))
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
        if (!Directory.Exists(_folder))
            return;

        foreach (var file in Directory.EnumerateFiles(_folder))
            _files.Delete(file);
    }

    private void Report()
    {
        lock (_lock)
        {
            var clusters = _services.Select(service => service.State).GroupBy(state => state.Cluster).ToDictionary(
                cluster => cluster.Key,
                cluster => cluster.Select(state => new DrilledProcess(state.Pod, state.App, NameOf(state.Condition))));
            _files.Write(ReportFile, JsonSerializer.SerializeToUtf8Bytes(new DrillReport(clusters), Json.Default.DrillReport));
        }
    }

    private static string NameOf(Condition condition) => JsonNamingPolicy.CamelCase.ConvertName(condition.ToString());

    private sealed record DrillReport(IReadOnlyDictionary<string, IEnumerable<DrilledProcess>> Clusters);

    private sealed record DrilledProcess(string Pod, string App, string Condition);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(DrillReport))]
    private sealed partial class Json : JsonSerializerContext;
}
