using System.Text.Json;

namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>deploy-all.sh --observability and --otlp-endpoint, and what cleanup.sh makes of them.</summary>
public sealed class ObservabilityTests : OwnClusters
{
    private const string Stack = "messageboard-observability";
    private const string Agents = "messageboard-agents";

    [KubeApiFact]
    public async Task It_is_made_once_stays_on_and_is_taken_away()
    {
        var first = (await Bench.DeployAsync("--skip-istio --observability")).MustEnd(0);

        Assert.Contains("port-forward service/grafana 3000\n", first.Output, StringComparison.Ordinal);
        Assert.Contains("The Istio in ctx1 does not know the providers otel and access-log:", first.Output, StringComparison.Ordinal);
        Assert.Equal("agent", await ReadAsync("ctx2", Agents, "daemonset", "{.items[*].metadata.name}"));
        Assert.Equal(
            "grafana loki prometheus tempo",
            await ReadAsync("ctx1", Stack, "statefulset", "{.items[*].metadata.name}"));
        await SecretsAreRightAsync(first);
        Assert.Equal("http://agent.messageboard-agents.svc.cluster.local:4318", await VariableAsync("ctx2", "OTEL_EXPORTER_OTLP_ENDPOINT"));
        Assert.Contains(
            $"tempo.{Stack}.svc", await VariableAsync("ctx1", "Telemetry__Tempo", "gateway"), StringComparison.Ordinal);

        var before = await Bench.SnapshotAsync();
        var second = (await Bench.DeployAsync("--skip-istio")).MustEnd(0);
        Assert.Contains("with observability as before", second.Output, StringComparison.Ordinal);
        Assert.Equal(before, await Bench.SnapshotAsync());

        var other = await Bench.DeployAsync("--skip-istio --otlp-endpoint https://collector.example.com");
        Assert.Contains("Step 2 of 19 failed", other.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("For --otlp-endpoint take it away", other.Errors, StringComparison.Ordinal);

        var cleanup = (await Bench.CleanUpAsync("--yes")).MustEnd(0);
        Assert.Contains($"    daemonset.apps/agent (in {Agents})\n", cleanup.Output, StringComparison.Ordinal);
        Assert.Contains($"    secret/grafana (in {Stack})\n", cleanup.Output, StringComparison.Ordinal);
        Assert.Equal("grafana", await ReadAsync("ctx1", Stack, "secret", "{.items[*].metadata.name}"));

        (await Bench.CleanUpAsync("--data --yes")).MustEnd(0);
        foreach (var context in KubeApi.Contexts)
        {
            Assert.Equal("", await ReadAsync(context, Stack, "statefulset,deployment,secret,configmap,networkpolicy", Ours));
            Assert.Equal("", await ReadAsync(context, Agents, "daemonset,secret,configmap,networkpolicy", Ours));
        }
    }

    [KubeApiFact]
    public async Task A_collector_of_ones_own_gets_all_with_headers_from_a_Secret()
    {
        const string Options = "--skip-istio --otlp-endpoint https://collector.example.com/otlp --otlp-headers-secret my-headers";

        var missing = await Bench.DeployAsync(Options);
        var errors = missing.MustEnd(1).Errors;
        Assert.True(errors.Contains("There is no Secret my-headers with a key \"headers\" in ctx1", StringComparison.Ordinal), errors);

        foreach (var context in KubeApi.Contexts)
        {
            await Kube.KubectlAsync(
                "--context", context, "-n", "messageboard", "create", "secret", "generic", "my-headers", "--from-literal=headers=a=b");
        }

        (await Bench.DeployAsync(Options)).MustEnd(0);

        Assert.Equal("https://collector.example.com/otlp", await VariableAsync("ctx2", "OTEL_EXPORTER_OTLP_ENDPOINT"));
        Assert.Equal("http/protobuf", await VariableAsync("ctx1", "OTEL_EXPORTER_OTLP_PROTOCOL"));
        Assert.Equal(
            "my-headers headers",
            await Kube.KubectlAsync(
                "--context", "ctx1", "-n", "messageboard", "get", "deployment", "log-service", "-o",
                "jsonpath={range .spec.template.spec.containers[0].env[?(@.name==\"OTEL_EXPORTER_OTLP_HEADERS\")]}"
                    + "{.valueFrom.secretKeyRef.name} {.valueFrom.secretKeyRef.key}{end}"));
        Assert.Contains(
            "\"ports\":[{\"port\":443,\"protocol\":\"TCP\"}]",
            await Kube.KubectlAsync(
                "--context", "ctx2", "-n", "messageboard", "get", "networkpolicy", "mesh", "-o", "jsonpath={.spec.egress}"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("a=b", await File.ReadAllTextAsync(Bench.Log), StringComparison.Ordinal);
    }

    private const string Ours =
        "{range .items[?(@.metadata.labels.app\\.kubernetes\\.io/part-of==\"messageboard\")]}{.kind}/{.metadata.name} {end}";

    /// <summary>One token for all collectors, Grafana's password not for the agents, and neither is shown.</summary>
    private async Task SecretsAreRightAsync(Run run)
    {
        var tokens = new List<string>();
        foreach (var (context, name) in (IEnumerable<(string, string)>)
            [("ctx1", Stack), ("ctx2", Stack), ("ctx1", Agents), ("ctx2", Agents)])
        {
            var secrets = await SecretsAsync(context, name);
            tokens.Add(secrets["collector-token"]["token"]);
            Assert.Equal(name == Stack, secrets.ContainsKey("grafana"));
        }

        Assert.Single(tokens.Distinct());
        Assert.True(tokens[0].Length >= 32);
        var password = (await SecretsAsync("ctx1", Stack))["grafana"]["admin-password"];
        foreach (var text in (string[])[run.Output, run.Errors, string.Join('\n', run.Calls), await File.ReadAllTextAsync(Bench.Log)])
        {
            Assert.DoesNotContain(tokens[0], text, StringComparison.Ordinal);
            Assert.DoesNotContain(password, text, StringComparison.Ordinal);
        }
    }

    private async Task<Dictionary<string, Dictionary<string, string>>> SecretsAsync(string context, string name)
    {
        using var list = JsonDocument.Parse(await Kube.KubectlAsync("--context", context, "-n", name, "get", "secrets", "-o", "json"));
        return list.RootElement.GetProperty("items").EnumerateArray()
            .Where(secret => secret.GetProperty("type").GetString() == "Opaque")
            .ToDictionary(
                secret => secret.GetProperty("metadata").GetProperty("name").GetString()!,
                secret => secret.GetProperty("data").EnumerateObject().ToDictionary(
                    entry => entry.Name, entry => Encoding.UTF8.GetString(Convert.FromBase64String(entry.Value.GetString()!))));
    }

    private Task<string> VariableAsync(string context, string variable, string deployment = "user-service") => Kube.KubectlAsync(
        "--context", context, "-n", "messageboard", "get", "deployment", deployment, "-o",
        $"jsonpath={{.spec.template.spec.containers[0].env[?(@.name==\"{variable}\")].value}}");

    private Task<string> ReadAsync(string context, string name, string kinds, string path) =>
        Kube.KubectlAsync("--context", context, "-n", name, "get", kinds, "-o", $"jsonpath={path}");
}
