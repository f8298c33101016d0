using System.Text.Json.Nodes;
using MessageBoard.Local.State;
using MessageBoard.Local.Telemetry;

namespace MessageBoard.Local.Tests.Telemetry;

public sealed class PrometheusTargetsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Each_process_with_metrics_is_named_with_its_labels_and_its_port_of_now()
    {
        var gateway = RunStates.Process("gateway") with { MetricsPort = 20010 };
        var user = RunStates.Process("user-service", "ctx2") with { MetricsPort = 20011 };
        var targets = new PrometheusTargets(new RunFiles(), _folder["targets.json"], [gateway, user, RunStates.Process("garnet", "ctx2")]);

        Assert.Equal([("127.0.0.1:20010", "gateway", "ctx1", gateway.Pod), ("127.0.0.1:20011", "user-service", "ctx2", user.Pod)], Read());

        targets.Show(user with { MetricsPort = 20012, Condition = Condition.Starting });
        Assert.Equal("127.0.0.1:20012", Read()[1].Target);
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<(string Target, string Service, string Cluster, string Pod)> Read() =>
    [
        .. JsonNode.Parse(File.ReadAllText(_folder["targets.json"]))!.AsArray().Select(group => (
            group!["targets"]!.AsArray().Single()!.GetValue<string>(),
            Label(group, "service"), Label(group, "cluster"), Label(group, "pod"))),
    ];

    private static string Label(JsonNode group, string name) => group["labels"]![name]!.GetValue<string>();
}
