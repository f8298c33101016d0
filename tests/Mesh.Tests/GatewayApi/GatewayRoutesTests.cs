using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Tests.Routing;

namespace MessageBoard.Mesh.Tests.GatewayApi;

/// <summary>Which rule of which HTTPRoute a request takes.</summary>
public class GatewayRoutesTests
{
    // Backends a to c, and the service that the routes are bound to.
    private static readonly string Services = Yaml.Join([.. ((string[])["user-service", "a", "b", "c"]).Select(Yaml.Service)]);

    // https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule: exact, longest prefix, method, most headers, most parameters.
    [Theory]
    [InlineData("path: {value: /x}", "path: {type: Exact, value: /x}", "/x")]
    [InlineData("path: {value: /x}", "path: {value: /x/y}", "/x/y")]
    [InlineData("path: {type: RegularExpression, value: '/x/y.*'}", "path: {value: /x}", "/x/yy")]
    [InlineData("path: {value: /x}, headers: [{name: h, value: v}]", "path: {value: /x}, method: GET", "/x")]
    [InlineData(
        "path: {value: /x}, queryParams: [{name: q, value: v}, {name: r, value: v}]", "path: {value: /x}, headers: [{name: h, value: v}]",
        "/x?q=v&r=v")]
    [InlineData(
        "path: {value: /x}, headers: [{name: h, value: v}]",
        "path: {value: /x}, headers: [{name: h, value: v}, {name: i, value: v}]", "/x")]
    [InlineData("path: {value: /x}", "path: {value: /x}, queryParams: [{name: q, value: v}]", "/x?q=v")]
    [InlineData("method: GET", "path: {value: /x}", "/x")]
    public void The_more_specific_match_wins_wherever_it_stands(string general, string special, string path)
    {
        var request = new Request("user-service", path, "GET", ("h", "v"), ("i", "v"));
        foreach (var (first, second) in ((string, string)[])[(general, special), (special, general)])
        {
            var one = Decide(Routes($"- {To("a", first)}\n- {To("b", second)}"), request);
            var two = Decide(Yaml.Join(Routes("- " + To("a", first)), Routes("- " + To("b", second), "second")), request);
            var expected = first == special ? "a" : "b";

            Assert.Equal(expected, one.Destination!.Host.Split('.')[0]);
            Assert.Equal(expected, two.Destination!.Host.Split('.')[0]);
        }
    }

    [Fact]
    public void Of_matches_that_are_alike_the_earlier_rules_and_the_older_routes_holds()
    {
        var request = new Request("user-service");
        Assert.Equal("a", Backend(Decide(Routes($"- {To("a", "method: GET")}\n- {To("b", "method: GET")}"), request)));
        Assert.Equal("b", Backend(Decide(Yaml.Join(Routes("- " + To("b", ""), "z"), Routes("- " + To("a", ""), "y")), request)));
    }

    [Theory]
    [InlineData("/x", "/x", true)]
    [InlineData("/x", "/x/", true)]
    [InlineData("/x", "/x/y", true)]
    [InlineData("/x", "/x?y", true)]
    [InlineData("/x", "/xy", false)]
    [InlineData("/x", "/X", false)]
    [InlineData("/x/", "/x", true)]
    [InlineData("/x/", "/x/y", true)]
    [InlineData("/x/", "/xy", false)]
    [InlineData("/", "/anything", true)]
    public void A_prefix_is_one_of_segments(string prefix, string path, bool matches) => Assert.Equal(
        matches, Decide(Routes("- " + To("a", $"path: {{value: {prefix}}}")), new("user-service", path)).Route is not null);

    [Theory]
    [InlineData("{backendRefs: [{name: a, port: 80}]}", "a")]
    [InlineData("{backendRefs: [{name: a, port: 80, weight: 0}, {name: b, port: 80}]}", "b")]
    [InlineData("{backendRefs: [{name: a, namespace: messageboard, port: 80}]}", "a")]
    public void A_rule_without_matches_is_for_everything(string rule, string backend)
    {
        var decision = Decide(Routes("- " + rule), new Request("user-service.messageboard", "/x", "POST"));

        Assert.Equal(backend, Backend(decision));
        Assert.Equal("HTTPRoute messageboard/route", decision.VirtualService?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("rules: [{}]")]
    [InlineData("rules: [{backendRefs: [{name: a, port: 80, weight: 0}, {name: b, port: 80, weight: 0}]}]")]
    public void Without_a_backend_of_some_weight_the_answer_is_500(string rules)
    {
        var decision = Decide(Resource("route", "{group: '', kind: Service, name: user-service}", rules), new Request("user-service"));

        Assert.Equal(500, decision.Route!.Route.DirectResponse?.Status);
        Assert.Null(decision.Destination);
    }

    [Fact]
    public void Weights_are_shares_of_their_sum()
    {
        var snapshot = Snapshot(Routes(
            "- {backendRefs: [{name: a, port: 80, weight: 1}, {name: b, port: 80, weight: 3}, {name: c, port: 80, weight: 0}]}"));
        var random = new Random(1);
        var counts = Enumerable.Range(0, 4000)
            .CountBy(_ => Backend(snapshot.Routes.Decide(new Request("user-service"), random)) ?? "")
            .ToDictionary();

        Assert.Equal(4000, counts["a"] + counts["b"]);
        Assert.InRange(counts["a"], 1000 - 4.9 * Math.Sqrt(750), 1000 + 4.9 * Math.Sqrt(750));
    }

    [Fact]
    public void A_backend_that_nobody_knows_is_told_once_at_its_rule_and_answers_500()
    {
        var snapshot = Snapshot(Routes("- {matches: [{method: GET}, {method: PUT}], backendRefs: [{name: nobody, port: 80}]}"));
        var problem = Assert.Single(snapshot.Problems);

        Assert.Equal(
            "spec.rules[0].backendRefs: there is no service 'nobody.messageboard.svc.cluster.local'", problem.Message);
        Assert.Equal("HTTPRoute messageboard/route", problem.Resource?.ToString());
        Assert.Equal(500, snapshot.Routes.Decide(new Request("user-service"), new Random(1)).Route!.Route.UnknownServiceStatus);
    }

    [Fact]
    public void An_HTTPRoute_wins_over_a_VirtualService_of_its_service_and_the_other_is_told()
    {
        var split = Yaml.Routes("- route: [{destination: {host: b}}]");
        foreach (var text in (string[])[Yaml.Join(split, Routes("- " + To("a", ""))), Yaml.Join(Routes("- " + To("a", "")), split)])
        {
            var snapshot = Snapshot(text);

            Assert.Equal("a", Backend(snapshot.Routes.Decide(new Request("user-service"), new Random(1))));
            Assert.Contains(snapshot.Problems, problem => problem.Resource?.Kind == "VirtualService"
                && problem.Message.Contains("HTTPRoute messageboard/route", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Of_a_VirtualService_and_HTTPRoutes_of_one_host_each_tells_which_is_in_force_and_why()
    {
        const string Host = "user-service.messageboard.svc.cluster.local", Why = ": an HTTPRoute goes before VirtualServices that are for "
            + "all namespaces";
        var split = Yaml.Routes("- route: [{destination: {host: b}}]").Replace("]\n", ", more.example.com]\n");
        string[] routes = [Routes("- " + To("a", "method: GET"), "one"), Routes("- " + To("a", ""), "two")];
        var snapshot = WithStatuses(Yaml.Join([split, .. routes]));

        var service = snapshot.Find(new("VirtualService", "messageboard", "user-service"))!.Status;
        Assert.Equal(InForce.Partly, service.InForce);
        Assert.Equal(
            "host 'user-service' is steered by HTTPRoute messageboard/one" + Why, Assert.Single(service.Warnings).Message);
        foreach (var name in (string[])["one", "two"])
        {
            var route = snapshot.Find(new("HTTPRoute", "messageboard", name))!.Status;
            Assert.Equal(InForce.Wholly, route.InForce);
            Assert.Equal(
                $"'{Host}' is steered by this one in place of VirtualService messageboard/user-service{Why}",
                Assert.Single(route.Warnings).Message);
        }

        // It is said of the HTTPRoutes only where somebody looks: nothing is wrong with them.
        Assert.All(snapshot.Problems, problem => Assert.Equal("VirtualService", problem.Resource!.Kind));
        Assert.Empty(WithStatuses(Yaml.Join(routes)).Statuses.SelectMany(resource => resource.Status.Warnings));
    }

    /// <summary>SelectVirtualServices looks at privateByNamespaceAndGateway first.</summary>
    [Theory]
    [InlineData("{group: '', kind: Service, name: user-service}", InForce.No)]
    [InlineData("{group: '', kind: Service, name: user-service}, {group: '', kind: Service, name: c}", InForce.Partly)]
    public void A_VirtualService_for_its_own_namespace_alone_goes_before_an_HTTPRoute_which_is_told(string parents, InForce left)
    {
        var split = Yaml.Routes("- route: [{destination: {host: b}}]") + "\n  exportTo: ['.']";
        var snapshot = WithStatuses(Yaml.Join(
            Resource("route", parents, $"rules: [{To("a", "")}]"), split));

        Assert.Equal("b", Backend(snapshot.Routes.Decide(new Request("user-service"), new Random(1))));
        Assert.Equal(InForce.Wholly, snapshot.Find(new("VirtualService", "messageboard", "user-service"))!.Status.InForce);
        var route = snapshot.Find(new("HTTPRoute", "messageboard", "route"))!.Status;
        Assert.Equal(left, route.InForce);
        Assert.Equal(
            "'user-service.messageboard.svc.cluster.local' is steered by VirtualService messageboard/user-service, whose exportTo names "
                + "namespaces: such ones go before HTTPRoutes",
            Assert.Single(route.Warnings).Message);
    }

    [Fact]
    public void An_HTTPRoute_that_one_of_the_callers_own_namespace_overrides_is_not_in_force()
    {
        const string Parent = "{group: '', kind: Service, name: far, namespace: other}";
        var snapshot = WithStatuses(Yaml.Join(
            Resource("theirs", Parent, $"rules: [{To("b", "")}]").Replace("name: theirs", "name: theirs, namespace: other"),
            Resource("ours", Parent, $"rules: [{To("a", "")}]")));

        Assert.Equal("a", Backend(snapshot.Routes.Decide(new Request("far.other"), new Random(1))));
        Assert.Equal(InForce.No, snapshot.Find(new("HTTPRoute", "other", "theirs"))!.Status.InForce);
        Assert.Equal(InForce.Wholly, snapshot.Find(new("HTTPRoute", "messageboard", "ours"))!.Status.InForce);
    }

    [Fact]
    public void A_parents_port_is_the_only_one_that_the_route_is_for()
    {
        var service = Yaml.Service("web").Replace(
            "protocol: HTTP}", "protocol: HTTP}, {number: 8080, name: other, protocol: HTTP}", StringComparison.Ordinal);
        var route = Resource("route", "{group: '', kind: Service, name: web, port: 8080}", "rules: [{backendRefs: [{name: a, port: 80}]}]");
        var routes = Snapshot(Yaml.Join(service, route)).Routes;

        Assert.Equal("a", Backend(routes.Decide(new Request("web") { Port = 8080 }, new Random(1))));
        Assert.Equal("web", Backend(routes.Decide(new Request("web") { Port = 80 }, new Random(1))));
    }

    [Fact]
    public void A_service_of_another_namespace_is_steered_for_callers_of_the_routes_own()
    {
        var route = Resource(
            "route", "{group: '', kind: Service, name: far, namespace: other}", "rules: [{backendRefs: [{name: a, port: 80}]}]");
        var resources = ResourceFile.Read("a.yaml", Yaml.Join(Services, route)).Resources;
        var request = new Request("far.other");

        Assert.NotNull(MeshSnapshot.Create(resources, [], new()).Routes.Decide(request, new Random(1)).Route);
        Assert.Null(MeshSnapshot.Create(resources, [], new() { Namespace = "third" }).Routes.Decide(request, new Random(1)).VirtualService);
    }

    [Fact]
    public void A_route_of_a_Gateway_is_for_that_ones_proxy()
    {
        var route = Resource("route", "{name: front}", "hostnames: ['*.example.com'], rules: [{backendRefs: [{name: a, port: 80}]}]");
        var resources = ResourceFile.Read("a.yaml", Yaml.Join(Services, route)).Resources;
        var request = new Request("www.example.com");

        Assert.Null(MeshSnapshot.Create(resources, [], new()).Routes.Decide(request, new Random(1)).VirtualService);
        var front = MeshSnapshot.Create(resources, [], new() { Gateways = ["messageboard/front"] });
        Assert.Equal("a", Backend(front.Routes.Decide(request, new Random(1))));
    }

    private static string? Backend(RouteDecision decision) => decision.Destination?.Host.Split('.')[0];

    private static string To(string backend, string match) =>
        $"{{{(match.Length == 0 ? "" : $"matches: [{{{match}}}], ")}backendRefs: [{{name: {backend}, port: 80}}]}}";

    private static string Routes(string rules, string name = "route") => Resource(
        name, "{group: '', kind: Service, name: user-service}",
        $"rules: [{string.Join(", ", rules.Split('\n').Select(rule => rule[2..]))}]");

    private static string Resource(string name, string parent, string more) => $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: {{name}}}
        spec: {parentRefs: [{{parent}}]{{(more.Length == 0 ? "" : ", ")}}{{more}}}
        """;

    private static RouteDecision Decide(string yaml, Request request) => Snapshot(yaml).Routes.Decide(request, new Random(1));

    private static MeshSnapshot WithStatuses(string yaml)
    {
        var file = ResourceFile.Read("a.yaml", Yaml.Join(Services, yaml));
        return MeshSnapshot.Create(
            file.Resources, [], [.. file.Statuses.Select(status => new ConfiguredResource(status, "", IsEditable: true))], new());
    }

    private static MeshSnapshot Snapshot(string yaml)
    {
        var file = ResourceFile.Read("a.yaml", Yaml.Join(Services, yaml));
        Assert.Empty(file.Problems);
        return MeshSnapshot.Create(file.Resources, [], new());
    }
}
