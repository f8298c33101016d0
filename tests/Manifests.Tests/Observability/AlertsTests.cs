using System.Diagnostics;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Manifests.Tests.Observability;

/// <summary>Prometheus' alerts, checked by its own tool.</summary>
public sealed class AlertsTests
{
    private const string Rules = "k8s/observability/prometheus/rules/messageboard.yaml";
    private const string Cases = "tests/Manifests.Tests/Observability/alerts.yaml";

    [ToolFact("promtool")]
    public void Prometheus_takes_the_rules_and_each_goes_off_when_it_shall()
    {
        Assert.Equal((0, "SUCCESS"), Promtool("check", "rules", "--lint=all", "--lint-fatal", Path.Combine(Repository.Root, Rules)));
        Assert.Equal((0, "SUCCESS"), Promtool("test", "rules", Path.Combine(Repository.Root, Cases)));
    }

    [Fact]
    public void Each_alert_has_a_case_that_fires_it_and_one_that_does_not()
    {
        var alerts = Nodes(Rules).Select(node => Text(node, "alert")).OfType<string>().ToArray();
        var cases = Nodes(Cases).Where(node => Text(node, "alertname") is not null)
            .Select(node => (Alert: Text(node, "alertname")!, Fires: ((YamlSequenceNode)node.Children["exp_alerts"]).Any()))
            .ToHashSet();

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.SelectMany(alert => new[] { (alert, true), (alert, false) }).Order(), cases.Order());
    }

    private static IEnumerable<YamlMappingNode> Nodes(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Path.Combine(Repository.Root, file));
        yaml.Load(text);
        return yaml.Documents[0].AllNodes.OfType<YamlMappingNode>();
    }

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    // What it says beyond that all is well is the test's failure.
    private static (int ExitCode, string Verdict) Promtool(params string[] arguments)
    {
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = promtool.StandardError.ReadToEndAsync();
        var output = promtool.StandardOutput.ReadToEnd() + error.Result;
        promtool.WaitForExit();
        return (promtool.ExitCode, promtool.ExitCode == 0 && output.Contains("SUCCESS", StringComparison.Ordinal) ? "SUCCESS" : output);
    }
}
