using System.Globalization;
using MessageBoard.MeshCheck;

namespace MessageBoard.Manifests.Tests;

/// <summary>What is named in one place exists in another.</summary>
public sealed class NamesTests
{
    private static readonly string[] Overlays = ["k8s/overlays/ctx1", "k8s/overlays/ctx2"];

    [KubectlTheory]
    [InlineData("k8s/overlays/ctx1")]
    [InlineData("k8s/overlays/ctx2")]
    public void Every_Service_that_a_configuration_names_is_in_the_same_cluster(string overlay)
    {
        var settings = File.ReadAllText(Path.Combine(Repository.Root, "gateway", "appsettings.json"));
        var rendering = Rendering.Of(overlay);
        var texts = rendering.Manifests
            .SelectMany(manifest => manifest.Containers.SelectMany(container => (IEnumerable<string>)
            [
                .. Items(container["env"]).Select(variable => Text(variable["value"])),
                .. Items(container["args"]).Select(Text),
            ]))
            .Concat(rendering.Of("ConfigMap").SelectMany(map => Entries(map.Json["data"])).Select(entry => Text(entry.Value)));
        // host:port after the start, a "=" or "," of a list, "//" or "@"
        var named = texts.SelectMany(text => Regex.Matches(text, @"(?<=^|[=,/@])(?<host>[a-z][a-z0-9-]*(\.[a-z0-9-]+)*):(?<port>\d+)"))
            .Select(match => $"{ServiceOf(match.Groups["host"].Value)}:{match.Groups["port"].Value}")
            // The Secret "stores" of deploy-all.sh, and the gateway's and message-service's own settings.
            .Concat(["mariadb:3306", "redis:6379", "user-service:80"])
            .Concat(Regex.Matches(settings, "\"Address\": \"http://([a-z-]+)/\"").Select(match => $"{match.Groups[1].Value}:80"))
            .ToHashSet();
        var there = from service in rendering.Of("Service")
                    from port in Items(service.Spec!["ports"])
                    select $"{service.Name}:{Text(port["port"])}";

        Assert.Superset(new HashSet<string> { "kafka-0:9092", "kafka-1:9092", "kafka-2:9092", "log-service:80" }, named);
        Assert.Subset(there.ToHashSet(), named);
    }

    [KubectlTheory]
    [InlineData("k8s/overlays/ctx1")]
    [InlineData("k8s/overlays/ctx2")]
    public void The_gateway_may_edit_routes_and_see_pods(string overlay)
    {
        var role = Assert.Single(Rendering.Of(overlay).Of("Role"), role => role.Name == "mesh-editor");

        Assert.Equal(
            [
                "networking.istio.io virtualservices,destinationrules: get,list,watch,update",
                "gateway.networking.k8s.io httproutes: get,list,watch,update",
                " pods: get,list,watch",
            ],
            Items(role.Json["rules"]).Select(rule => $"{All(rule, "apiGroups")} {All(rule, "resources")}: {All(rule, "verbs")}"));

        static string All(JsonNode? rule, string list) => string.Join(',', Items(rule![list]).Select(Text));
    }

    /// <summary>A workload with more than one pod can lose one of them, and no more, to a drain.</summary>
    [KubectlTheory]
    [InlineData("k8s/overlays/ctx1", "k8s/budgets/ctx1", 4)]
    [InlineData("k8s/overlays/ctx2", "k8s/budgets/ctx2", 3)]
    [InlineData("k8s/observability/ctx1", "k8s/budgets/observability", 1)]
    [InlineData("k8s/observability/ctx2", null, 0)]
    public void A_drain_leaves_a_pod_of_each_workload_that_has_two(string folder, string? budgets, int count)
    {
        var workloads = Rendering.Of(folder).Of("Deployment", "StatefulSet")
            .Where(workload => int.Parse(Text(workload.Spec!["replicas"]), CultureInfo.InvariantCulture) > 1).ToArray();
        var there = budgets is null ? [] : Rendering.Of(budgets).Of("PodDisruptionBudget").ToArray();

        Assert.Equal(count, workloads.Length);
        Assert.Equal(count, there.Length);
        Assert.All(workloads, workload => Assert.Single(there, budget => budget.Namespace == workload.Namespace
            && Selects(budget.Spec!["selector"]!["matchLabels"], workload.Template!["metadata"]!["labels"])
            && Text(budget.Spec["maxUnavailable"]) == "1"));
    }

    [KubectlTheory]
    [InlineData("AuthorizationPolicy")]
    [InlineData("NetworkPolicy")]
    public void Policies_select_pods_that_exist(string kind)
    {
        var apps = Rendering.Folders.SelectMany(folder => Rendering.Of(folder).Manifests)
            .Select(manifest => Text(manifest.Template?["metadata"]?["labels"]?["app"]))
            .ToHashSet();
        var policies = Rendering.Folders.SelectMany(folder => Rendering.Of(folder).Of(kind)).ToArray();
        var selected = from policy in policies
                       from node in All(policy.Spec).OfType<JsonObject>()
                       from app in Text(node["key"] as JsonValue) == "app"
                           ? Items(node["values"]).Select(Text)
                           : [Text((node["matchLabels"] as JsonObject)?["app"])]
                       where app is not ("" or "istiod")
                       select app;

        Assert.NotEmpty(selected);
        Assert.Subset(apps, selected.ToHashSet());
    }

    [KubectlTheory]
    [InlineData("user-service", "gateway message-service")]
    [InlineData("message-service", "gateway")]
    [InlineData("log-service", "gateway")]
    [InlineData("mariadb", "user-service message-service log-service schema")]
    [InlineData("redis", "user-service message-service log-service gateway")]
    [InlineData("kafka", "user-service message-service log-service gateway topic kafka")]
    [InlineData("gateway", "istio-system/istio-ingressgateway istio-system/istio-ingressgateway-service-account")]
    public void Only_these_call(string app, string callers)
    {
        var accounts = Overlays.SelectMany(overlay => Rendering.Of(overlay).Of("ServiceAccount"))
            .Select(account => account.Name)
            .ToHashSet();
        var policies = Rendering.Of("istio")
            .Of("AuthorizationPolicy")
            .Where(policy => Text(policy.Spec!["selector"]?["matchLabels"]?["app"]) == app)
            .ToArray();
        var allowed = from policy in policies
                      from rule in Items(policy.Spec!["rules"])
                      from source in Items(rule["from"])
                      from principal in Items(source["source"]!["principals"])
                      select Text(principal).Replace("cluster.local/ns/messageboard/sa/", "", StringComparison.Ordinal)
                          .Replace("cluster.local/ns/", "", StringComparison.Ordinal)
                          .Replace("/sa/", "/", StringComparison.Ordinal);

        Assert.Equal(callers.Split(' ').Order(), allowed.Order());
        Assert.All(allowed.Where(account => !account.Contains('/')), account => Assert.Contains(account, accounts));
    }

    [KubectlTheory]
    [InlineData("k8s/overlays/ctx1")]
    [InlineData("k8s/overlays/ctx2")]
    public void Every_pod_reaches_DNS_wherever_a_cluster_has_it(string overlay)
    {
        var everybody = Rendering.Of(overlay).Of("NetworkPolicy").Where(policy => policy.Spec!["podSelector"] is JsonObject { Count: 0 });
        var rule = Assert.Single(
            everybody.SelectMany(policy => Items(policy.Spec!["egress"])),
            rule => Items(rule["ports"]).Any(port => Text(port["port"]) == "53"));

        Assert.Null(rule["to"]);
        Assert.Equal(["TCP 53", "UDP 53"], Items(rule["ports"]).Select(port => $"{Text(port["protocol"])} {Text(port["port"])}").Order());
    }

    [KubectlTheory]
    [InlineData("VirtualService")]
    [InlineData("DestinationRule")]
    public void Routes_lead_to_Services(string kind)
    {
        var services = Overlays.SelectMany(overlay => Rendering.Of(overlay).Of("Service")).Select(service => service.Name).ToHashSet();
        var hosts = Rendering.Of("istio")
            .Of(kind)
            .SelectMany(rule => All(rule.Spec))
            .OfType<JsonObject>()
            .Select(node => Text(node["host"]))
            .Where(host => host is not ("" or "*.messageboard.svc.cluster.local"));

        Assert.Subset(services, hosts.ToHashSet());
    }

    [KubectlTheory]
    [InlineData("ctx1")]
    [InlineData("ctx2")]
    public void Pods_have_the_label_of_their_cluster_s_subset(string cluster)
    {
        foreach (var rule in Rendering.Of("istio").Of("DestinationRule").Where(rule => rule.Spec!["subsets"] is not null))
        {
            var subset = Assert.Single(Items(rule.Spec!["subsets"]), subset => Text(subset["name"]) == cluster);
            var deployment = Assert.Single(
                Rendering.Of($"k8s/overlays/{cluster}").Of("Deployment"), deployment => deployment.Name == rule.Name);

            Assert.True(Selects(subset["labels"], deployment.Template!["metadata"]!["labels"]));
            // The other cluster is a single host, its east-west gateway, which must not be ejected as a whole.
            Assert.True(int.Parse(
                Text(rule.Spec["trafficPolicy"]?["outlierDetection"]?["maxEjectionPercent"]), CultureInfo.InvariantCulture) < 100);
        }
    }

    [KubectlTheory]
    [InlineData("istio")]
    public void The_mesh_accepts_what_is_rendered(string folder)
    {
        using var temporary = new TemporaryFolder();
        var (output, error) = (new StringWriter(), new StringWriter());
        temporary.Write("rendered.yaml", Rendering.YamlOf(folder));

        Assert.True(Command.Run([temporary["rendered.yaml"]], output, error) == 0, $"{output}{error}");
    }

    [KubectlTheory]
    [InlineData("k8s/istio/routes", true)]
    [InlineData("k8s/istio/policies", false)]
    public void Routes_which_a_run_keeps_are_apart_from_what_follows_the_files(string folder, bool areRoutes) => Assert.Equal(
        Rendering.Of("istio").Manifests.Where(manifest => manifest.Kind == "VirtualService" == areRoutes).Select(manifest =>
            $"{manifest.Kind} {manifest.Name}"),
        Rendering.Of(folder).Manifests.Select(manifest => $"{manifest.Kind} {manifest.Name}"));

    // A pod of a headless Service has its own name before the Service's.
    private static string ServiceOf(string host) =>
        host.Split('.') is [_, not "messageboard" and var service, ..] ? service : host.Split('.')[0];
}
