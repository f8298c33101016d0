using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Tests.Routing;

public class RouteTableTests
{
    private const string
        To1 = "route: [{destination: {host: user-service, subset: ctx1}}]",
        To2 = "route: [{destination: {host: user-service, subset: ctx2}}]";

    [Theory]
    [InlineData("user-service")]
    [InlineData("USER-service")]
    [InlineData("user-service.messageboard")]
    [InlineData("user-service.messageboard.svc")]
    [InlineData("user-service.messageboard.svc.cluster.local")]
    public void A_short_host_is_known_by_all_its_names(string host) =>
        Assert.Equal(1001, PortOf(Decide([Yaml.Routes("- " + To1)], new(host))));

    [Theory]
    [InlineData("user-service.other.svc")]
    [InlineData("nobody")]
    [InlineData("")]
    public void An_unknown_host_has_no_route(string host) =>
        Assert.Null(Decide([Yaml.Routes("- " + To1)], new(host)).Route);

    [Theory]
    [InlineData("a.b.example.com", "exact")]
    [InlineData("c.b.example.com", "long")]
    [InlineData("d.c.b.example.com", "long")]
    [InlineData("b.example.com", "short")]
    [InlineData("A.EXAMPLE.COM", "short")]
    [InlineData("example.com", "any")]
    [InlineData("example.org", "any")]
    public void The_most_specific_host_wins(string host, string name)
    {
        var file = ResourceFile.Read("a.yaml", Yaml.Join(
            [
                Yaml.UserService,
                Yaml.Routes("- " + To1, "*", "any").Replace("  http:", "  gateways: [front]\n  "
                    + "http:", StringComparison.Ordinal), // '*' is for gateways only
                Yaml.Routes("- " + To1, "*.example.com", "short"),
                Yaml.Routes("- " + To1, "*.b.example.com", "long"),
                Yaml.Routes("- " + To1, "a.b.example.com", "exact"),
            ]));
        var routes = MeshSnapshot.Create(file.Resources, [], new() { Gateways = [MeshProxy.Mesh, "messageboard/front"] }).Routes;
        var decision = routes.Decide(new Request(host), new Random(1));

        Assert.Equal(name, decision.VirtualService!.Name);
    }

    [Theory]
    [InlineData("uri: {exact: /a}", "/a", true)]
    [InlineData("uri: {exact: /a}", "/A", false)]
    [InlineData("uri: {exact: /a}\n      ignoreUriCase: true", "/A", true)]
    [InlineData("uri: {prefix: /a}", "/ab/c", true)]
    [InlineData("uri: {prefix: /a}", "/b", false)]
    [InlineData("uri: {prefix: /a}\n      ignoreUriCase: true", "/AB", true)]
    [InlineData("uri: {regex: /a.*}", "/abc", true)]
    [InlineData("uri: {regex: /a|/b}", "/b", true)]
    [InlineData("uri: {regex: /a}", "/abc", false)]
    [InlineData("uri: {regex: a}", "/a", false)]
    [InlineData("uri: {regex: /a$}", "/a\n", false)]
    [InlineData("method: {exact: GET}", "/", true)]
    [InlineData("method: {exact: get}", "/", false)]
    [InlineData("method: {regex: GET|HEAD}", "/", true)]
    [InlineData("authority: {prefix: user}", "/", true)]
    [InlineData("authority: {exact: other}", "/", false)]
    [InlineData("headers: {x-canary: {exact: 'true'}}", "/", true)]
    [InlineData("headers: {X-CANARY: {exact: 'true'}}", "/", true)]
    [InlineData("headers: {x-canary: {exact: 'TRUE'}}", "/", false)]
    [InlineData("headers: {x-canary: {}}", "/", true)]
    [InlineData("headers: {x-none: {}}", "/", false)]
    [InlineData("headers: {x-canary: {exact: 'true'}, x-none: {prefix: a}}", "/", false)]
    [InlineData("withoutHeaders: {x-none: {}}", "/", true)]
    [InlineData("withoutHeaders: {x-canary: {}}", "/", false)]
    [InlineData("withoutHeaders: {x-canary: {exact: 'false'}}", "/", true)]
    [InlineData("withoutHeaders: {x-none: {exact: a}}", "/", true)]
    [InlineData("withoutHeaders: {x-none: {regex: 'a*'}}", "/", false)]
    [InlineData("gateways: [mesh]\n      sourceLabels: {app: nobody}", "/", true)]
    [InlineData("sourceLabels: {app: nobody}", "/", false)]
    [InlineData("uri: {prefix: /a}\n      method: {exact: POST}", "/a", false)]
    [InlineData("method: {exact: POST}\n    - uri: {prefix: /a}", "/a", true)]
    public void A_match_holds_when_all_of_it_does(string match, string path, bool matches)
    {
        var decision = Decide(
            [Yaml.Routes($"- match:\n    - {match}\n  {To2}\n- {To1}")], new("user-service", path: path, headers: ("X-Canary", "true")));

        Assert.Equal(
            matches ? (0, "ctx2", 1002) : (1, "ctx1", 1001), (decision.Route!.Index, decision.Destination!.Subset, PortOf(decision)));
    }

    [Fact]
    public void The_first_route_that_matches_is_taken()
    {
        var decision = Decide([Yaml.Routes($"- match: [{{uri: {{prefix: /}}}}]\n  {To1}\n- match: [{{uri: {{exact: /a}}}}]\n  {To2}")], new(
            "user-service", path: "/a"));

        Assert.Equal((0, 1001), (decision.Route!.Index, PortOf(decision)));
    }

    [Fact]
    public void No_match_is_no_route_and_names_the_virtual_service()
    {
        var decision = Decide([Yaml.Routes($"- match: [{{uri: {{exact: /a}}}}]\n  {To1}")], new("user-service", path: "/b"));

        Assert.Equal((null, "user-service"), (decision.Route, decision.VirtualService!.Name));
    }

    [Theory]
    [InlineData("host: user-service, subset: "
        + "none", "no DestinationRule of 'user-service.messageboard.svc.cluster.local' has a subset 'none'")]
    [InlineData("host: nobody", "there is no service 'nobody.messageboard.svc.cluster.local'")]
    [InlineData("host: user-service, port: {number: 81}", "service 'user-service.messageboard.svc.cluster.local' has no port 81")]
    public void A_destination_that_is_not_there_is_said_and_has_no_healthy_upstream(string destination, string problem)
    {
        var snapshot = Snapshot([Yaml.Routes($"- route: [{{destination: {{{destination}}}}}]")]);

        Assert.Null(snapshot.Routes.Decide(new Request("user-service"), new Random(1)).Upstream);
        Assert.Equal($"spec.http[0].route: {problem}", Assert.Single(snapshot.Problems).Message);
    }

    [Fact]
    public void A_subset_whose_labels_no_workload_carries_has_no_healthy_upstream()
    {
        var rule = Yaml.Rule.Replace("cluster: ctx2", "cluster: ctx3", StringComparison.Ordinal);
        var table = Table(Yaml.Join(rule, Yaml.Service("user-service"), Yaml.Workload("user-service", "ctx1", 1001), Yaml.Split(0, 100)));

        var decision = table.Decide(new Request("user-service"), new Random(1));

        Assert.Equal("ctx2", decision.Upstream!.Subset);
        Assert.Empty(decision.Upstream.Endpoints);
    }

    [Fact]
    public void Without_a_virtual_service_all_workloads_are_called()
    {
        var decision = Table(Yaml.UserService).Decide(new Request("user-service"), new Random(1));

        Assert.Equal([1001, 1002], decision.Upstream!.Endpoints.Select(endpoint => endpoint.Workload.Ports["http"]));
    }

    [Fact]
    public void A_virtual_service_of_named_gateways_only_does_not_concern_the_mesh()
    {
        var gatewayOnly = Yaml.Split(0, 100).Replace("  http:", "  gateways: [front]\n  http:", StringComparison.Ordinal);
        var snapshot = Snapshot([gatewayOnly]);

        Assert.Null(snapshot.Routes.Decide(new Request("user-service"), new Random(1)).VirtualService);
        Assert.Null(snapshot.DefaultRouteOf("user-service"));
    }

    [Fact]
    public void The_first_virtual_service_of_a_host_stays_in_force()
    {
        var snapshot =
            Snapshot([Yaml.Routes("- " + To1, name: "a"), Yaml.Routes("- " + To2, "user-service.messageboard.svc.cluster.local", "b")]);

        Assert.Equal("a", snapshot.Routes.Decide(new Request("user-service"), new Random(1)).VirtualService!.Name);
        Assert.Equal(("VirtualService "
            + "messageboard/b", "host 'user-service.messageboard.svc.cluster.local' is VirtualService messageboard/a's, which is older"),
            (Assert.Single(snapshot.Problems).Resource?.ToString(), snapshot.Problems[0].Message));
    }

    [Fact]
    public void A_host_may_stand_in_a_virtual_service_by_two_of_its_names()
    {
        var twice = Yaml.Split(70, 30)
            .Replace("hosts: [", "hosts: [user-service.messageboard.svc.cluster.local, ", StringComparison.Ordinal);

        Assert.Empty(Snapshot([twice]).Problems);
    }

    [Fact]
    public void A_resource_that_is_there_twice_counts_once()
    {
        var snapshot = Snapshot([Yaml.Split(0, 100), Yaml.Workload("user-service", "ctx2", 1003)]);
        var random = new Random(1);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(1002, PortOf(snapshot.Routes.Decide(new Request("user-service"), random))));
        Assert.Equal("WorkloadEntry messageboard/user-service-ctx2-pod", Assert.Single(snapshot.Problems).Resource?.ToString());
    }

    [Fact]
    public void The_same_draw_decides_the_same()
    {
        var table = Table(Yaml.Join(Yaml.UserService, Yaml.Split(70, 30)));
        var (one, other) = (new Random(5), new Random(5));

        for (var i = 0; i < 1000; i++)
            Assert.Equal(table.Decide(new Request("user-service"), one), table.Decide(new Request("user-service"), other));
    }

    internal static RouteTable Table(string yaml) => Snapshot(yaml).Routes;

    internal static int? PortOf(RouteDecision decision) => decision.Upstream?.Endpoints.Single().Workload.Ports["http"];

    private static RouteDecision Decide(string[] services, Request request) => Snapshot(services).Routes.Decide(request, new Random(1));

    private static MeshSnapshot Snapshot(string[] more) => Snapshot(Yaml.Join([Yaml.UserService, .. more]));

    private static MeshSnapshot Snapshot(string yaml)
    {
        var file = ResourceFile.Read("a.yaml", yaml);
        Assert.Empty(file.Problems);
        return MeshSnapshot.Create(file.Resources, [], new());
    }
}
