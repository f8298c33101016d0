using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>Which of several resources is in force. They are given the oldest first.</summary>
public class RivalTests
{
    private const string
        To1 = "- route: [{destination: {host: user-service, subset: ctx1}}]",
        To2 = "- route: [{destination: {host: user-service, subset: ctx2}}]",
        Cluster1 = "subsets: [{name: ctx1, labels: {cluster: ctx1}}]",
        Cluster2 = "subsets: [{name: ctx2, labels: {cluster: ctx2}}]";

    private static readonly string Workloads = Yaml.Join(
        Yaml.Service("user-service"), Yaml.Workload("user-service", "ctx1", 1001), Yaml.Workload("user-service", "ctx2", 1002));

    /// <summary>BuildSidecarVirtualHostWrapper and computeWildcardHostVirtualServiceIndex.</summary>
    [Theory]
    [InlineData("*.messageboard.svc.cluster.local", "user-service", "wild")]
    [InlineData("*.messageboard.svc.cluster.local", "user-service.messageboard", "wild")]
    [InlineData("*.svc.cluster.local", "user-service.messageboard.svc.cluster.local", "wild")]
    [InlineData("*.cluster.local", "USER-SERVICE", "wild")]
    [InlineData("*.other.svc.cluster.local", "user-service", null)]
    [InlineData("*.messageboard.svc.cluster.local", "nobody.messageboard.svc.cluster.local", null)]
    public void A_wildcard_covers_the_registrys_services_by_all_their_names(string wildcard, string host, string? name) =>
        Assert.Equal(name, Decide(Snapshot(Yaml.UserService, Yaml.Routes(To1, wildcard, "wild")), host).VirtualService?.Name);

    [Fact]
    public void The_most_specific_host_has_a_service_whatever_is_older()
    {
        var snapshot = Snapshot(
            Yaml.UserService, Yaml.Routes(To1, "*.svc.cluster.local", "wide"), Yaml.Routes(To1, "*.messageboard.svc.cluster.local", "near"),
            Yaml.Routes(To2, "user-service", "exact"));

        Assert.Equal("exact", Decide(snapshot).VirtualService!.Name);
        Assert.Empty(snapshot.Problems);
    }

    [Fact]
    public void Of_one_host_the_older_one_is_in_force_and_the_other_says_so()
    {
        var snapshot = Snapshot(
            Yaml.UserService, Yaml.Routes(To1, name: "z"),
            Yaml.Routes(To2, "user-service.messageboard.svc.cluster.local", "a").Replace("]\n", ", more.example.com]\n"));

        Assert.Equal("z", Decide(snapshot).VirtualService!.Name);
        Assert.Equal("a", Decide(snapshot, "more.example.com").VirtualService!.Name);
        Assert.Equal(
            (ResourceState.Accepted, InForce.Partly, "host 'user-service.messageboard.svc.cluster.local' is VirtualService "
                + "messageboard/z's, which is older"),
            Told(snapshot, "VirtualService", "a"));
        Assert.Equal(InForce.Wholly, snapshot.Find(new("VirtualService", "messageboard", "z"))!.Status.InForce);
        Assert.Equal("z", snapshot.DefaultRouteOf("user-service")!.Service.Name);
    }

    [Fact]
    public void One_that_is_for_other_callers_only_leaves_its_host_to_the_next()
    {
        var forOthers = Yaml.Routes("- match: [{sourceLabels: {app: nobody}}]\n" + To1.Replace("- ", "  "), name: "first");

        Assert.Equal("second", Decide(Snapshot(Yaml.UserService, forOthers, Yaml.Routes(To2, name: "second"))).VirtualService!.Name);
        Assert.Null(Decide(Snapshot(Yaml.UserService, forOthers)).VirtualService);
        Assert.NotNull(Decide(Snapshot(Yaml.UserService, forOthers)).Upstream);
    }

    /// <summary>buildGatewayHTTPRouteConfig joins them, and SortVHostRoutes puts what takes everything last.</summary>
    [Fact]
    public void For_a_gateway_the_rules_of_a_host_are_joined()
    {
        var front = new MeshProxy { Gateways = ["messageboard/front"] };
        var snapshot = Snapshot(
            front,
            Yaml.UserService,
            ForGateway(Yaml.Routes("- match: [{uri: {prefix: /a}}, {uri: {prefix: /}}]\n" + To1.Replace("- ", "  "), name: "z")),
            ForGateway(Yaml.Routes("- match: [{uri: {prefix: /b}}]\n" + To2.Replace("- ", "  "), name: "a")));

        Assert.Equal(["z", "a", "z"], ((string[])["/a", "/b", "/c"]).Select(path => Decide(snapshot, path: path).VirtualService!.Name));
        Assert.Equal(
            [0, 0, 1], ((string[])["/a", "/b", "/c"]).Select(path => Decide(snapshot, path: path).Match));
        Assert.Empty(snapshot.Problems);
    }

    /// <summary>mergeDestinationRule in pilot/pkg/model/destination_rule.go.</summary>
    [Fact]
    public void Destination_rules_of_one_host_are_merged()
    {
        var snapshot = Snapshot(
            Workloads,
            Rule("z", $"host: user-service\n  {Cluster1}"),
            Rule(
                "a", "host: user-service.messageboard.svc.cluster.local\n  trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}\n  "
                    + Cluster2),
            Rule(
                "b", "host: user-service\n  trafficPolicy: {loadBalancer: {simple: RANDOM}}\n"
                    + "  subsets: [{name: ctx1, labels: {cluster: ctx2}}]"),
            Yaml.Split(50, 50));

        Assert.All(snapshot.Problems, problem => Assert.Equal("b", problem.Resource!.Name));
        var upstreams = snapshot.Routes.Upstreams.Where(upstream => upstream.Subset is not null).ToList();
        Assert.Equal([("ctx1", 1001), ("ctx2", 1002)], upstreams.Select(upstream =>
            (upstream.Subset!, upstream.Endpoints.Single().Workload.Ports["http"])).Order());
        Assert.All(upstreams, upstream => Assert.Equal(LoadBalancingAlgorithm.RoundRobin, upstream.Policy.LoadBalancer!.Algorithm));
        Assert.Equal(InForce.No, snapshot.Find(new("DestinationRule", "messageboard", "b"))!.Status.InForce);
        Assert.Equal(
            ["spec.subsets of host 'user-service': subset 'ctx1' is in DestinationRule messageboard/z already, which is older",
             "spec.trafficPolicy of host 'user-service': DestinationRule messageboard/z has one already, and is older"],
            snapshot.Find(new("DestinationRule", "messageboard", "b"))!.Status.Warnings.Select(warning => warning.Message).Order());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("exportTo: ['*']", true)]
    [InlineData("exportTo: ['.']", true)]
    [InlineData("exportTo: [messageboard]", true)]
    [InlineData("exportTo: [other, messageboard]", true)]
    [InlineData("exportTo: [other]", false)]
    public void ExportTo_says_who_sees_it(string exportTo, bool isSeen)
    {
        var service = Yaml.Routes(To1) + $"\n  {exportTo}";
        Assert.Equal(isSeen, Decide(Snapshot(Yaml.UserService, service)).VirtualService is not null);

        var rule = Yaml.Rule + $"\n  {exportTo}";
        Assert.Equal(isSeen, Decide(Snapshot(Workloads, rule, Yaml.Routes(To1))).Upstream is not null);

        var entry = Yaml.Service("user-service") + $"\n  {exportTo}";
        Assert.Equal(isSeen, Decide(Snapshot(entry, Yaml.Workload("user-service", "ctx1", 1001))).Route is not null);
    }

    [Fact]
    public void A_service_that_is_exported_to_nobody_is_unknown()
    {
        var entry = Yaml.Service("user-service") + "\n  exportTo: ['~']";

        Assert.Null(Decide(Snapshot(entry, Yaml.Workload("user-service", "ctx1", 1001))).Route);
    }

    /// <summary>destinationRule in pilot/pkg/model/push_context.go: the caller's namespace, the service's, the root one.</summary>
    [Theory]
    [InlineData("messageboard,other,istio-system", "messageboard")]
    [InlineData("other,istio-system", "istio-system")]
    [InlineData("other", null)]
    public void The_callers_namespace_has_the_rule_and_else_the_services_and_the_root_one(string namespaces, string? used)
    {
        const string Host = "user-service.messageboard.svc.cluster.local";
        var rules = namespaces.Split(',').Select(ns => Rule(ns, $"host: {Host}\n  subsets: [{{name: ctx1, labels: {{from: {ns}}}}}]", ns));
        var workloads = namespaces.Split(',').Select(ns => Yaml.Workload("user-service", "ctx1", 1001, ns)
            .Replace("cluster: ctx1}", $"cluster: ctx1, from: {ns}}}"));
        var snapshot = Snapshot([Yaml.Service("user-service"), .. workloads, .. rules, Yaml.Routes(To1)]);

        Assert.Equal(used, Decide(snapshot).Upstream?.Endpoints.Single().Workload.Labels["from"]);
    }

    [Fact]
    public void A_rule_with_a_selector_is_for_the_callers_it_selects()
    {
        string[] all =
        [
            Workloads, Rule("all", "host: user-service\n  subsets: [{name: ctx1, labels: {cluster: ctx1}}]"),
            Rule("some", "host: user-service\n  workloadSelector: {matchLabels: {app: gateway}}\n"
                + "  subsets: [{name: ctx1, labels: {cluster: ctx2}}]"),
            Yaml.Routes(To1),
        ];
        var gateway = new MeshProxy { Labels = new Dictionary<string, string> { ["app"] = "gateway" } };

        Assert.Equal(1001, RouteTableTests.PortOf(Decide(Snapshot(all))));
        Assert.Equal(1002, RouteTableTests.PortOf(Decide(Snapshot(gateway, all))));
    }

    private static string ForGateway(string service) => service.Replace("  http:", "  gateways: [front]\n  http:");

    private static string Rule(string name, string spec, string ns = "messageboard") => $"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: {name}
          namespace: {ns}
        spec:
          {spec}
        """;

    private static (ResourceState, InForce?, string) Told(MeshSnapshot snapshot, string kind, string name)
    {
        var status = snapshot.Statuses.Single(resource => resource.Key == new ResourceKey(kind, "messageboard", name)).Status;
        return (status.State, status.InForce, Assert.Single(status.Warnings).Message);
    }

    private static RouteDecision Decide(MeshSnapshot snapshot, string host = "user-service", string path = "/") =>
        snapshot.Routes.Decide(new Request(host, path: path), new Random(1));

    private static MeshSnapshot Snapshot(params string[] resources) => Snapshot(new MeshProxy(), resources);

    private static MeshSnapshot Snapshot(MeshProxy proxy, params string[] resources)
    {
        var file = ResourceFile.Read("a.yaml", Yaml.Join(resources));
        Assert.Empty(file.Problems);
        var statuses = file.Statuses.Select(status => new ConfiguredResource(status, "", IsEditable: true));
        return MeshSnapshot.Create(file.Resources, [], [.. statuses], proxy);
    }
}
