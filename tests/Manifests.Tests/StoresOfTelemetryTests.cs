using System.Diagnostics;
using static MessageBoard.Manifests.Tests.Configuration;

namespace MessageBoard.Manifests.Tests;

/// <summary>Tempo's, Loki's and Prometheus' configuration has only what they know. Of the three only Prometheus is here to ask.</summary>
public sealed class StoresOfTelemetryTests
{
    // grafana/tempo v3.0.3, docs/sources/tempo/configuration/manifest.md; the receivers are the collector's, of
    // docs/sources/tempo/configuration/_index.md.
    private static readonly string[] Tempo =
    [
        "server.http_listen_port", "distributor.receivers.otlp.protocols.grpc.endpoint", "storage.trace.backend", "storage.trace.wal.path",
        "storage.trace.local.path", "backend_scheduler.provider.compaction.compaction.block_retention",
        "backend_worker.compaction.block_retention", "usage_report.reporting_enabled",
    ];

    // grafana/loki v3.7.6, docs/sources/shared/configuration.md
    private static readonly string[] Loki =
    [
        "auth_enabled", "server.http_listen_port", "common.instance_addr", "common.path_prefix", "common.replication_factor",
        "common.ring.kvstore.store", "common.storage.filesystem.chunks_directory", "common.storage.filesystem.rules_directory",
        "schema_config.configs.from", "schema_config.configs.store", "schema_config.configs.object_store", "schema_config.configs.schema",
        "schema_config.configs.index.prefix", "schema_config.configs.index.period", "limits_config.allow_structured_metadata",
        "limits_config.retention_period", "limits_config.ingestion_rate_mb", "limits_config.ingestion_burst_size_mb",
        "compactor.working_directory", "compactor.retention_enabled", "compactor.delete_request_store", "analytics.reporting_enabled",
    ];

    [KubectlTheory]
    [InlineData("tempo")]
    [InlineData("loki")]
    public void Only_fields_that_are_documented(string name) =>
        Assert.Equal([], Unknown(Parse(TextOf("k8s/observability/ctx1", name)), name == "tempo" ? Tempo : Loki));

    /// <summary>What is kept lies on the volume.</summary>
    [KubectlTheory]
    [InlineData("tempo", "/var/tempo")]
    [InlineData("loki", "/loki")]
    public void Data_lies_on_the_volume(string name, string path)
    {
        var stateful = Assert.Single(Rendering.Of("k8s/observability/ctx1").Of("StatefulSet"), one => one.Name == name);
        var data = Items(Assert.Single(stateful.Containers)["volumeMounts"]).Single(mount => Text(mount["name"]) == "data");
        var folders = All(Parse(TextOf("k8s/observability/ctx1", name))).OfType<JsonValue>().Select(Text)
            .Where(text => text.StartsWith('/'));

        Assert.Equal(path, Text(data["mountPath"]));
        Assert.All(folders, folder => Assert.StartsWith(path, folder, StringComparison.Ordinal));
    }

    /// <summary>
    /// Debian's promtool; it is older than <c>scrape_config_files</c>, so it gets the file where the name of it stands, and is built
    /// without Kubernetes, so targets come from a file (prometheus/prometheus v3.13.2, docs/configuration/configuration.md has both).
    /// </summary>
    [KubectlTheory("promtool")]
    [InlineData("ctx1", "prometheus")]
    [InlineData("ctx2", "prometheus-agent")]
    public void Prometheus_takes_it(string cluster, string name)
    {
        var folder = $"k8s/observability/{cluster}";
        var text = TextOf(folder, name);
        const string Files = "scrape_config_files:\n  - /etc/prometheus/scraping/scraping.yaml\n";
        Assert.Contains(Files, text, StringComparison.Ordinal);
        const string Pods = @"kubernetes_sd_configs:\n +- role: pod\n +namespaces:\n +names: \[[a-z, -]+\]\n";
        var scraping = TextOf(folder, "scraping", "scraping.yaml");
        Assert.Equal(3, Regex.Count(scraping, Pods));
        scraping = Regex.Replace(scraping, Pods, "file_sd_configs: [{ files: [pods.json] }]\n");

        Assert.Equal((0, ""), Check(text.Replace(Files, scraping, StringComparison.Ordinal)));
        Assert.NotEqual(0, Check(text.Replace(Files, scraping.Replace("target_label", "label", StringComparison.Ordinal),
            StringComparison.Ordinal)).ExitCode);
    }

    /// <summary>Grafana finds its dashboards where its provisioning says, and Prometheus its rules.</summary>
    [KubectlTheory]
    [InlineData("grafana", "dashboards", "dashboards.yaml", "path: ", "k8s/observability/grafana/dashboards")]
    [InlineData("prometheus", "rules", "config.yaml", "- ", "k8s/observability/prometheus/rules")]
    public void Files_are_where_they_are_looked_for(string name, string volume, string file, string before, string source)
    {
        const string Folder = "k8s/observability/ctx1";
        var stateful = Assert.Single(Rendering.Of(Folder).Of("StatefulSet"), one => one.Name == name);
        var mount = Items(Assert.Single(stateful.Containers)["volumeMounts"]).Single(one => Text(one["name"]) == volume);
        var map = Text(Items(stateful.Template!["spec"]!["volumes"]).Single(one => Text(one["name"]) == volume)["configMap"]!["name"]);
        var there = Rendering.Of(Folder).Of("ConfigMap").Single(one => one.Name == map);

        Assert.Contains(
            $"{before}{Text(mount["mountPath"])}",
            TextOf(Folder, name == "grafana" ? "grafana-providers" : name, file),
            StringComparison.Ordinal);
        Assert.Equal(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, source)).Select(path => Path.GetFileName(path)!).Order(),
            Entries(there.Json["data"]).Select(entry => entry.Key).Order());
    }

    private static (int ExitCode, string Errors) Check(string text)
    {
        using var folder = new TemporaryFolder();
        folder.Write("prometheus.yaml", text);
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", ["check", "config", "--syntax-only", folder["prometheus.yaml"]])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
        var errors = promtool.StandardError.ReadToEnd();
        promtool.WaitForExit();
        return (promtool.ExitCode, errors);
    }
}
