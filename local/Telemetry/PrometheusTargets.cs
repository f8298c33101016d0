using System.Text.Json;
using System.Text.Json.Serialization;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Telemetry;

/// <summary>
/// Tells a Prometheus where each process has its <c>/metrics</c>, one that is down at present too
/// (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config).
/// </summary>
internal sealed partial class PrometheusTargets
{
    private readonly Lock _lock = new();
    private readonly RunFiles _files;
    private readonly string _file;
    private readonly SortedDictionary<string, TargetGroup> _groups = new(StringComparer.Ordinal);

    public PrometheusTargets(RunFiles files, string file, IEnumerable<ProcessState> processes)
    {
        (_files, _file) = (files, file);
        foreach (var process in processes.Where(process => process.MetricsPort != 0))
            _groups[process.Pod] = GroupOf(process);

        Write();
    }

    /// <summary>Takes in where the process is now.</summary>
    public void Show(ProcessState process)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(process.Pod, out var group) || group.Targets[0] == TargetOf(process))
                return;

            _groups[process.Pod] = GroupOf(process);
            Write();
        }
    }

    private static string TargetOf(ProcessState process) => $"127.0.0.1:{process.MetricsPort}";

    private static TargetGroup GroupOf(ProcessState process) =>
        new([TargetOf(process)], new Labels(process.App, process.Cluster, process.Pod));

    private void Write() => _files.Write(
        _file, JsonSerializer.SerializeToUtf8Bytes<IEnumerable<TargetGroup>>(_groups.Values, TargetsJson.Default.IEnumerableTargetGroup));

    private sealed record TargetGroup(IReadOnlyList<string> Targets, Labels Labels);

    private sealed record Labels(string Service, string Cluster, string Pod);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
    [JsonSerializable(typeof(IEnumerable<TargetGroup>))]
    private sealed partial class TargetsJson : JsonSerializerContext;
}
