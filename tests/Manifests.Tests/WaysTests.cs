namespace MessageBoard.Manifests.Tests;

/// <summary>What telemetry needs is open, in NetworkPolicies, Services and AuthorizationPolicies, and nothing else is.</summary>
public sealed class WaysTests
{
    private const string Stack = "messageboard-observability";

    [KubectlTheory]
    [InlineData("ctx1", "messageboard/gateway", "messageboard-agents/agent", "4318")]
    [InlineData("ctx2", "messageboard/log-service", "messageboard-agents/agent", "4318")]
    [InlineData("ctx1", "messageboard/mariadb", "messageboard-agents/agent", "4317")] // its sidecar
    [InlineData("ctx1", "messageboard-agents/agent", $"{Stack}/collector", "4318")]
    [InlineData("ctx1", $"{Stack}/collector", $"{Stack}/tempo", "4317")]
    [InlineData("ctx1", $"{Stack}/collector", $"{Stack}/loki", "3100")]
    [InlineData("ctx1", "messageboard/gateway", $"{Stack}/tempo", "3200")]
    [InlineData("ctx1", "messageboard/gateway", $"{Stack}/loki", "3100")]
    [InlineData("ctx1", $"{Stack}/grafana", $"{Stack}/tempo", "3200")]
    [InlineData("ctx1", $"{Stack}/grafana", $"{Stack}/loki", "3100")]
    [InlineData("ctx1", $"{Stack}/grafana", $"{Stack}/prometheus", "9090")]
    [InlineData("ctx1", $"{Stack}/prometheus", "messageboard/gateway", "9464")]
    [InlineData("ctx2", $"{Stack}/prometheus-agent", "messageboard/user-service", "9464")]
    [InlineData("ctx1", $"{Stack}/prometheus", "messageboard/kafka", "15090")] // its sidecar
    [InlineData("ctx1", $"{Stack}/prometheus", $"{Stack}/collector", "8888")]
    [InlineData("ctx2", $"{Stack}/prometheus-agent", "messageboard-agents/agent", "8888")]
    public void It_is_open(string cluster, string from, string to, string port)
    {
        Assert.True(IsOpen(cluster, from, to, port));
        // A sidecar's port is none of the pod's own.
        if (port != "15090" && from != "messageboard/mariadb")
        {
            var ports = Pod(cluster, to).Containers.SelectMany(container => Items(container["ports"]));
            Assert.Contains(port, ports.Select(one => Text(one["containerPort"])));
        }
    }

    [KubectlTheory]
    [InlineData("ctx1", "messageboard/user-service", $"{Stack}/tempo", "3200")]
    [InlineData("ctx1", "messageboard/gateway", $"{Stack}/collector", "4318")]
    [InlineData("ctx1", "messageboard/gateway", $"{Stack}/prometheus", "9090")]
    [InlineData("ctx1", "messageboard/gateway", $"{Stack}/tempo", "4317")]
    [InlineData("ctx1", "messageboard-agents/agent", $"{Stack}/loki", "3100")]
    [InlineData("ctx1", $"{Stack}/grafana", "messageboard/gateway", "8080")]
    [InlineData("ctx1", $"{Stack}/grafana", "messageboard/gateway", "9464")]
    [InlineData("ctx1", "messageboard/gateway", "messageboard/user-service", "9464")]
    [InlineData("ctx1", $"{Stack}/prometheus", "messageboard/gateway", "8080")]
    [InlineData("ctx2", $"{Stack}/prometheus-agent", "messageboard/redis", "6379")]
    public void It_is_closed(string cluster, string from, string to, string port) => Assert.False(IsOpen(cluster, from, to, port));

    /// <summary>Addresses of configurations, of the gateway's and the programs' environment, and of Istio's providers.</summary>
    [KubectlTheory]
    [InlineData("ctx1")]
    [InlineData("ctx2")]
    public void Every_Service_that_is_named_is_there(string cluster)
    {
        var istio = File.ReadAllText(Path.Combine(Repository.Root, "istio", "multicluster", cluster, "istio.yaml"));
        var component = Directory.EnumerateFiles(Path.Combine(Repository.Root, "k8s", "components", "telemetry"), "*.yaml")
            .Select(File.ReadAllText);
        var texts = Rendering.Of($"k8s/observability/{cluster}").Of("ConfigMap")
            .SelectMany(map => Entries(map.Json["data"])).Select(entry => Text(entry.Value))
            // Tempo and Loki are in ctx1, with the gateway that asks them.
            .Concat(component.Where(text => cluster == "ctx1" || !text.Contains("Telemetry__", StringComparison.Ordinal)))
            .Append(Regex.Replace(istio, @"\.local\n\s+port: ", ".local:"));
        var named = texts.SelectMany(text => Regex.Matches(text, @"([a-z-]+)\.(messageboard-[a-z]+)\.svc\.cluster\.local:(\d+)"))
            .Select(match => $"{match.Groups[2]}/{match.Groups[1]}:{match.Groups[3]}")
            // Grafana's data sources, by the names that its own namespace has.
            .Concat(texts.SelectMany(text => Regex.Matches(text, @"(?m)^ +url: http://([a-z]+):(\d+)$"))
                .Select(match => $"{Stack}/{match.Groups[1]}:{match.Groups[2]}"))
            .ToHashSet();
        var there = from service in Rendering.Of($"k8s/observability/{cluster}").Of("Service")
                    from port in Items(service.Spec!["ports"])
                    select $"{service.Namespace}/{service.Name}:{Text(port["port"])}";

        Assert.Superset(
            new HashSet<string> { "messageboard-agents/agent:4317", "messageboard-agents/agent:4318", $"{Stack}/collector:4318" }, named);
        Assert.Equal(cluster == "ctx1", named.Contains($"{Stack}/loki:3100"));
        Assert.Subset(there.ToHashSet(), named);
    }

    [KubectlTheory]
    [InlineData("tempo", "collector grafana messageboard/gateway")]
    [InlineData("loki", "collector grafana messageboard/gateway")]
    [InlineData("prometheus", "prometheus grafana")]
    [InlineData("collector", "messageboard-agents/agent")]
    public void Only_these_may_call(string app, string callers)
    {
        var all = Rendering.Of("k8s/observability/ctx1");
        var accounts = All("ctx1").Where(manifest => manifest.Kind == "ServiceAccount")
            .Select(account => $"{account.Namespace}/{account.Name}");
        var allowed = from policy in all.Of("AuthorizationPolicy")
                      where policy.Namespace == Stack && Text(policy.Spec!["selector"]?["matchLabels"]?["app"]) == app
                      from rule in Items(policy.Spec!["rules"])
                      from source in Items(rule["from"])
                      from principal in Items(source["source"]!["principals"])
                      select Text(principal).Replace("cluster.local/ns/", "", StringComparison.Ordinal)
                          .Replace("/sa/", "/", StringComparison.Ordinal);

        Assert.Equal(callers.Split(' ').Select(caller => caller.Contains('/') ? caller : $"{Stack}/{caller}").Order(), allowed.Order());
        Assert.Subset(accounts.ToHashSet(), allowed.ToHashSet());
    }

    /// <summary>Prometheus asks without the mesh's certificate, so its ports are left out of the sidecar's, where that is asked.</summary>
    [KubectlTheory]
    [InlineData("ctx1")]
    [InlineData("ctx2")]
    public void Ports_that_are_scraped_are_not_the_sidecar_s(string cluster)
    {
        var scraped = (from manifest in All(cluster)
                       from container in manifest.Containers
                       from port in Items(container["ports"])
                       where Text(port["name"]) is "metrics" or "http-metrics"
                       select (manifest.Name, Port: Text(port["containerPort"]), manifest.Template)).ToArray();

        Assert.True(scraped.Length >= 4);
        Assert.All(scraped, one => Assert.Equal(
            one.Port, Text(one.Template!["metadata"]!["annotations"]?["traffic.sidecar.istio.io/excludeInboundPorts"])));
    }

    /// <summary>All that is applied to a cluster.</summary>
    private static IEnumerable<Manifest> All(string cluster) =>
        ((string[])[$"k8s/overlays/{cluster}", $"k8s/observability/{cluster}"]).SelectMany(folder => Rendering.Of(folder).Manifests);

    private static Manifest Pod(string cluster, string name) => Assert.Single(
        All(cluster),
        manifest => manifest.Template is { } template && $"{manifest.Namespace}/{Text(template["metadata"]!["labels"]!["app"])}" == name);

    private static bool IsOpen(string cluster, string from, string to, string port)
    {
        var (caller, called) = (Pod(cluster, from), Pod(cluster, to));
        return Lets("egress", "to", caller, called) && Lets("ingress", "from", called, caller);

        bool Lets(string direction, string peers, Manifest one, Manifest other) => All(cluster)
            .Where(policy => policy.Kind == "NetworkPolicy" && policy.Namespace == one.Namespace
                && Selects(policy.Spec!["podSelector"]!["matchLabels"], Labels(one)))
            .SelectMany(policy => Items(policy.Spec![direction]))
            .Any(rule => Items(rule["ports"]).Any(open => Text(open["port"]) == port)
                && (rule[peers] is null || Items(rule[peers]).Any(peer => IsPeer(peer, one, other))));
    }

    private static bool IsPeer(JsonNode peer, Manifest one, Manifest other) =>
        (Text(peer["namespaceSelector"]?["matchLabels"]?["kubernetes.io/metadata.name"]) is var name && name == ""
            ? one.Namespace == other.Namespace
            : name == other.Namespace)
        && Selects(peer["podSelector"]?["matchLabels"], Labels(other));

    private static JsonNode? Labels(Manifest workload) => workload.Template!["metadata"]!["labels"];
}
