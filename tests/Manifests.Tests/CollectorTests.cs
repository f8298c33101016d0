using static MessageBoard.Manifests.Tests.Configuration;

namespace MessageBoard.Manifests.Tests;

/// <summary>
/// The collectors' configuration uses what it configures, and has only fields that are documented. There is no collector here to ask.
/// </summary>
public sealed class CollectorTests
{
    private const string Queue = "queue_size num_consumers";
    private const string Retry = "enabled initial_interval max_interval max_elapsed_time";

    // Of release 0.159.0: the core's from config.schema.yaml and config.go of each component in open-telemetry/opentelemetry-collector
    // (config/confighttp, config/configgrpc, config/configretry, exporter/exporterhelper/internal/queuebatch, internal/memorylimiter),
    // the others' from README.md and config.schema.yaml in open-telemetry/opentelemetry-collector-contrib, file_log's operators from
    // pkg/stanza/docs/operators there. Not all that they have: what is wanted here.
    private static readonly Dictionary<string, string[]> Fields = new()
    {
        ["extensions.health_check"] = ["endpoint"],
        ["extensions.bearertokenauth"] = ["filename", "scheme"],
        ["extensions.file_storage"] = ["directory"],
        ["receivers.otlp"] =
        [
            "protocols.grpc.endpoint", "protocols.grpc.auth.authenticator", "protocols.http.endpoint", "protocols.http.auth.authenticator",
        ],
        ["receivers.file_log"] =
        [
            "include", "exclude", "include_file_path", "start_at", "storage", "max_log_size", "retry_on_failure.enabled",
            "operators.type", "operators.if", "operators.on_error", "operators.trace_id.parse_from",
        ],
        ["processors.memory_limiter"] = ["check_interval", "limit_percentage", "spike_limit_percentage"],
        ["processors.k8s_attributes"] =
        [
            "filter.namespace", "filter.node_from_env_var", "extract.metadata", "extract.labels.tag_name", "extract.labels.key",
            "extract.labels.from", "pod_association.sources.from", "pod_association.sources.name",
        ],
        ["processors.resource"] = ["attributes.key", "attributes.value", "attributes.action"],
        ["processors.transform"] = ["error_mode", "trace_statements"],
        ["processors.batch"] = ["timeout", "send_batch_size", "send_batch_max_size"],
        ["exporters.otlp_http"] =
            ["endpoint", "timeout", "auth.authenticator", .. Below("sending_queue", Queue), .. Below("retry_on_failure", Retry)],
        ["exporters.otlp_grpc"] =
            ["endpoint", "timeout", "tls.insecure", .. Below("sending_queue", Queue), .. Below("retry_on_failure", Retry)],
        ["exporters.nop"] = [],
    };

    private static readonly string[] ServiceFields =
    [
        "extensions", "telemetry.logs.encoding", "telemetry.metrics.readers.pull.exporter.prometheus.host",
        "telemetry.metrics.readers.pull.exporter.prometheus.port",
        .. ((string[])["traces", "logs", "metrics"]).SelectMany(signal => Below($"pipelines.{signal}", "receivers processors exporters")),
    ];

    [KubectlTheory]
    [InlineData("ctx1", "agent")]
    [InlineData("ctx2", "agent")]
    [InlineData("ctx1", "collector")]
    public void It_has_no_fault(string cluster, string name) => Assert.Equal([], Faults(TextOf($"k8s/observability/{cluster}", name)));

    [KubectlTheory]
    [InlineData("include_file_path: true", "include_path: true", "receivers.file_log.include_path is no field")]
    [InlineData("    exporters: [nop]", "    exporters: [otlp_http]", "nop is not used")]
    [InlineData("[memory_limiter, k8s_attributes, resource, batch]", "[memory_limiter, resource, batch, k8s]", "k8s is not configured")]
    [InlineData(
        "[memory_limiter, k8s_attributes, resource, batch]", "[k8s_attributes, memory_limiter, batch]", "memory_limiter is not first")]
    [InlineData("[memory_limiter, k8s_attributes, resource, batch]", "[memory_limiter, batch, k8s_attributes]", "batch is not last")]
    [InlineData("extensions: [health_check, bearertokenauth, file_storage]", "extensions: [health_check]", "file_storage is not used")]
    [InlineData("      queue_size: 500\n", "", "otlp_http has no bound")]
    [InlineData("authenticator: bearertokenauth", "authenticator: basicauth", "basicauth is not configured")]
    public void A_fault_is_found(string right, string wrong, string fault)
    {
        var text = TextOf("k8s/observability/ctx1", "agent");

        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.Contains(
            Faults(text.Replace(right, wrong, StringComparison.Ordinal)), found => found.Contains(fault, StringComparison.Ordinal));
    }

    /// <summary>Nothing goes into the collector without the token that the agents send.</summary>
    [KubectlTheory]
    [InlineData("k8s/observability/ctx1")]
    public void Whoever_comes_from_outside_needs_the_token(string folder)
    {
        var (collector, agent) = (Parse(TextOf(folder, "collector")), Parse(TextOf(folder, "agent")));

        Assert.Equal(["otlp"], Entries(collector["receivers"]).Select(receiver => receiver.Key));
        foreach (var (_, protocol) in Entries(collector["receivers"]!["otlp"]!["protocols"]))
            Assert.Equal("bearertokenauth", Text(protocol!["auth"]?["authenticator"]));

        Assert.Equal("bearertokenauth", Text(agent["exporters"]!["otlp_http"]!["auth"]?["authenticator"]));
        var files = ((JsonNode[])[collector, agent]).Select(one => Text(one["extensions"]!["bearertokenauth"]!["filename"])).Distinct();
        Assert.Equal("/run/secrets/messageboard/collector-token/token", Assert.Single(files));
    }

    /// <summary>The programs send their lines by OTLP, so their files are left out, and nobody else's are.</summary>
    [KubectlTheory]
    [InlineData("k8s/observability/ctx1")]
    public void No_line_comes_twice(string folder)
    {
        var excluded = Items(Parse(TextOf(folder, "agent"))["receivers"]!["file_log"]!["exclude"])
            .Select(glob => Regex.Match(Text(glob), @"^/var/log/pods/messageboard_(.+)-\*/app/\*\.log$").Groups[1].Value);
        var programs = Rendering.Of("k8s/overlays/ctx1").Of("Deployment").Select(deployment => deployment.Name);

        Assert.Equal(programs.Order(), excluded.Order());
    }

    private static IEnumerable<string> Below(string path, string names) => names.Split(' ').Select(name => $"{path}.{name}");

    private static IEnumerable<string> Faults(string yaml)
    {
        var configuration = Parse(yaml);
        var service = configuration["service"]!;
        var pipelines = Entries(service["pipelines"]).ToArray();
        foreach (var part in (string[])["extensions", "receivers", "processors", "exporters"])
        {
            var components = Entries(configuration[part]).ToArray();
            foreach (var (name, fields) in components)
            {
                var known = Fields.GetValueOrDefault($"{part}.{name}") ?? [];
                foreach (var field in Unknown(fields, known))
                    yield return $"{part}.{name}.{field}";
            }

            var configured = components.Select(component => component.Key).ToHashSet();
            var used = (part == "extensions"
                ? Items(service["extensions"]).Select(Text)
                : pipelines.SelectMany(pipeline => Items(pipeline.Value![part])).Select(Text)).ToHashSet();
            foreach (var name in configured.Except(used))
                yield return $"{part}: {name} is not used";

            var named = part == "extensions" ? used.Concat(ExtensionsNamed(configuration)) : used;
            foreach (var name in named.Except(configured))
                yield return $"{part}: {name} is not configured";
        }

        foreach (var field in Unknown(service, ServiceFields))
            yield return $"service.{field}";

        foreach (var (signal, pipeline) in pipelines.Where(pipeline => pipeline.Value!["processors"] is not null))
        {
            var processors = Items(pipeline!["processors"]).Select(Text).ToArray();
            if (processors[0] != "memory_limiter")
                yield return $"{signal}: memory_limiter is not first";

            if (processors[^1] != "batch")
                yield return $"{signal}: batch is not last";
        }

        foreach (var (name, exporter) in Entries(configuration["exporters"]).Where(exporter => exporter.Key != "nop"))
        {
            if (exporter!["timeout"] is null || exporter["sending_queue"]?["queue_size"] is null
                || exporter["retry_on_failure"]?["max_elapsed_time"] is null)
                yield return $"exporters: {name} has no bound";
        }
    }

    private static IEnumerable<string> ExtensionsNamed(JsonNode configuration) => All(configuration).OfType<JsonObject>()
        .SelectMany(map => map.Where(entry => entry.Key is "authenticator" or "storage")).Select(entry => Text(entry.Value));
}
