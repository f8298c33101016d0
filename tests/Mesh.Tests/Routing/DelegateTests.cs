using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>
/// VirtualServices that leave rules to others: mergeVirtualServices in pilot/pkg/model/virtualservice_controller.go and MergeHTTPRoutes in
/// virtualservice.go.
/// </summary>
public class DelegateTests
{
    private const string
        To1 = "  route: [{destination: {host: user-service, subset: ctx1}}]",
        To2 = "  route: [{destination: {host: user-service, subset: ctx2}}]",
        ToTeam = "  delegate: {name: team}",
        Rest = "\n- name: rest\n" + To1;

    [Fact]
    public void Its_rules_stand_in_the_place_of_the_one_that_delegates()
    {
        var snapshot = Snapshot(
            Yaml.Routes($"- match: [{{uri: {{prefix: /a}}}}]\n{ToTeam}{Rest}"),
            Delegate($"- match: [{{uri: {{exact: /a/1}}}}]\n{To2}\n- match: [{{uri: {{exact: /a/2}}}}]\n{To1}"));

        Assert.Equal(("user-service", 0, "team", 0, "ctx2"), Taken(snapshot, "/a/1"));
        Assert.Equal(("user-service", 0, "team", 1, "ctx1"), Taken(snapshot, "/a/2"));
        // What it has no rule for comes to the next one.
        Assert.Equal(("user-service", 1, null, -1, "ctx1"), Taken(snapshot, "/a/3"));
        Assert.Equal(("user-service", 1, null, -1, "ctx1"), Taken(snapshot, "/b"));
        Assert.Empty(snapshot.Problems);
        Assert.All(snapshot.Statuses, status => Assert.NotEqual(InForce.No, status.Status.InForce));
    }

    [Theory]
    [InlineData("", "uri: {prefix: /a}", "/a", true)]
    [InlineData("", "uri: {prefix: /a}", "/b", false)]
    [InlineData("uri: {prefix: /a}", "", "/a", true)]
    [InlineData("uri: {prefix: /a}", "", "/b", false)]
    [InlineData("uri: {prefix: /a}", "uri: {prefix: /a/b}", "/a/b/c", true)]
    [InlineData("uri: {prefix: /a}", "uri: {prefix: /a/b}", "/a/c", false)]
    [InlineData("uri: {regex: /a.*}", "headers: {x: {exact: '1'}}", "/a", true)]
    [InlineData("uri: {regex: /a.*}", "headers: {x: {exact: '1'}}", "/b", false)]
    [InlineData("uri: {prefix: /a}", "headers: {x: {exact: '2'}}", "/a", false)]
    [InlineData("headers: {x: {prefix: '1'}}", "headers: {y: {}}", "/", true)]
    [InlineData("headers: {x: {}}", "headers: {z: {}}", "/", false)]
    [InlineData("headers: {z: {}}", "headers: {x: {}}", "/", false)]
    [InlineData("withoutHeaders: {x: {}}", "uri: {prefix: /}", "/", false)]
    [InlineData("withoutHeaders: {z: {}}", "withoutHeaders: {y: {}}", "/", false)]
    [InlineData("queryParams: {q: {exact: '1'}}", "queryParams: {r: {exact: '2'}}", "/?q=1&r=2", true)]
    [InlineData("queryParams: {q: {exact: '1'}}", "queryParams: {r: {exact: '2'}}", "/?r=2", false)]
    [InlineData("method: {exact: GET}", "scheme: {exact: http}", "/", true)]
    [InlineData("method: {exact: PUT}", "scheme: {exact: http}", "/", false)]
    [InlineData("port: 81", "uri: {prefix: /}", "/", false)]
    [InlineData("sourceLabels: {app: other}", "sourceLabels: {team: a}", "/", false)]
    [InlineData("sourceLabels: {app: gateway}", "sourceLabels: {team: a}", "/", true)]
    [InlineData("ignoreUriCase: true, uri: {prefix: /a}", "ignoreUriCase: true, uri: {prefix: /a/b}", "/A/B", true)]
    public void All_that_either_asks_for_has_to_hold(string root, string leaf, string path, bool isTaken)
    {
        var snapshot = Snapshot(Yaml.Routes($"- {Match(root)}delegate: {{name: team}}{Rest}"), Delegate($"- {Match(leaf)}{To2.Trim()}"));

        Assert.Equal(isTaken ? "ctx2" : "ctx1", Taken(snapshot, path).Subset);
        Assert.Empty(snapshot.Problems);
    }

    /// <summary>hasConflict and stringMatchConflict.</summary>
    [Theory]
    [InlineData("uri: {exact: /a}", "uri: {exact: /b}")]
    [InlineData("uri: {exact: /a}", "uri: {prefix: /a}")]
    [InlineData("uri: {prefix: /a}", "uri: {prefix: /b}")]
    [InlineData("uri: {prefix: /a/b}", "uri: {prefix: /a}")]
    [InlineData("uri: {prefix: /a}", "uri: {exact: /b}")]
    [InlineData("uri: {regex: /a.*}", "uri: {exact: /a}")]
    [InlineData("uri: {regex: /a.*}", "uri: {regex: /a.*}")]
    [InlineData("uri: {prefix: /}", "uri: {regex: /a.*}")]
    [InlineData("uri: {prefix: /a}", "uri: {prefix: /a}, ignoreUriCase: true")]
    [InlineData("scheme: {exact: http}", "scheme: {exact: https}")]
    [InlineData("method: {exact: GET}", "method: {exact: PUT}")]
    [InlineData("authority: {prefix: a}", "authority: {exact: b}")]
    [InlineData("headers: {x: {exact: '1'}}", "headers: {X: {exact: '2'}}")]
    [InlineData("headers: {x: {}}", "headers: {x: {}}")]
    [InlineData("withoutHeaders: {z: {exact: '1'}}", "withoutHeaders: {z: {exact: '2'}}")]
    [InlineData("queryParams: {q: {exact: '1'}}", "queryParams: {q: {exact: '2'}}")]
    [InlineData("port: 80", "port: 81")]
    [InlineData("sourceLabels: {app: gateway}", "sourceLabels: {app: other}")]
    [InlineData("sourceNamespace: messageboard", "sourceNamespace: other")]
    [InlineData("sourceNamespace: messageboard", "uri: {prefix: /}")]
    [InlineData("gateways: [mesh]", "gateways: [front]")]
    [InlineData("gateways: [mesh]", "gateways: [mesh, front]")]
    public void Rules_that_contradict_are_left_out_and_told(string root, string leaf)
    {
        var snapshot = Snapshot(
            Yaml.Routes($"- {Match(root)}delegate: {{name: team}}{Rest}"),
            Delegate($"- {Match(leaf)}{To2.Trim()}\n- name: other\n{To2}"));

        var problem = Assert.Single(snapshot.Problems, problem => problem.Message.Contains("delegate", StringComparison.Ordinal));
        Assert.Equal(
            "spec.http[0].delegate: asks for what http[0] of 'messageboard/team' does not, so that rule is not carried out here",
            problem.Message);
        Assert.Equal("user-service", problem.Resource!.Name);
        Assert.All(
            ((string[])["/a", "/a/b", "/b"]).Select(path => Taken(snapshot, path)),
            taken => Assert.NotEqual((0, 0), (taken.Index, taken.DelegateIndex)));
    }

    [Fact]
    public void Each_match_of_the_delegate_is_joined_with_each_that_it_fits()
    {
        const string Root = "- match: [{uri: {prefix: /a}}, {uri: {prefix: /b}}, {headers: {x: {exact: '1'}}}]\n" + ToTeam + Rest;
        var snapshot = Snapshot(Yaml.Routes(Root), Delegate($"- match: [{{uri: {{exact: /b/1}}}}, {{uri: {{prefix: /a/1}}}}]\n{To2}"));

        var route = Decide(snapshot, "/b/1").Route!.Route;
        Assert.Equal([(0, 1), (0, 2), (1, 0), (1, 2)], route.Matches.Select(match => (match.Index, match.DelegatingIndex)));
        Assert.Equal("ctx2", Taken(snapshot, "/a/1/2").Subset);
        Assert.Equal("ctx1", Taken(snapshot, "/a/2").Subset);

        // One that fits none of the root's takes the whole rule with it.
        snapshot = Snapshot(
            Yaml.Routes(Root.Replace(", {headers: {x: {exact: '1'}}}", "")),
            Delegate($"- match: [{{uri: {{exact: /b/1}}}}, {{uri: {{prefix: /c}}}}]\n{To2}"));
        Assert.Equal("ctx1", Taken(snapshot, "/b/1").Subset);
        Assert.Single(snapshot.Problems);
    }

    [Fact]
    public void What_the_delegate_does_not_say_the_root_says()
    {
        const string Says = """

              timeout: {0}s
              rewrite: {uri: /{0}}
              retries: {attempts: {0}}
              fault: {delay: {fixedDelay: {0}s}}
              mirrors: [{destination: {host: user-service, subset: ctx{0}}}]
              corsPolicy: {maxAge: {0}s}
              headers: {request: {set: {x: "{0}"}}}
            """;
        var (ones, twos) = (Says.Replace("{0}", "1"), Says.Replace("{0}", "2"));
        (string Root, string Leaf, int Number)[] cases = [(ones, "", 1), ("", twos, 2), (ones, twos, 2)];

        foreach (var (root, leaf, number) in cases)
        {
            var snapshot = Snapshot(
                Yaml.Routes("- name: root\n" + ToTeam + root), Delegate($"- name: leaf\n{To1}{leaf}"));
            var compiled = Decide(snapshot).Route!;
            var route = compiled.Route;

            Assert.Equal("root-leaf", route.Name);
            Assert.Equal(TimeSpan.FromSeconds(number), route.Timeout);
            Assert.Equal($"/{number}", route.Rewrite!.Uri);
            Assert.Equal(number, route.Retries!.Attempts);
            Assert.Equal(TimeSpan.FromSeconds(number), route.Fault!.Delay!.Duration);
            Assert.Equal($"ctx{number}", Assert.Single(compiled.Mirrors).Subset);
            Assert.Equal(TimeSpan.FromSeconds(number), route.Cors!.MaxAge);
            Assert.Equal($"{number}", Assert.Single(Assert.Single(compiled.Destinations).Headers.Request.Set).Value);
            Assert.Empty(snapshot.Problems);
        }
    }

    [Fact]
    public void The_roots_fixed_answer_stands_before_the_delegates_destinations()
    {
        var snapshot = Snapshot(Yaml.Routes("-" + ToTeam[1..] + "\n  directResponse: {status: 418}"), Delegate("-" + To1[1..]));

        Assert.Equal(418, Decide(snapshot).Route!.Route.DirectResponse!.Status);
    }

    [Fact]
    public void Short_names_are_those_of_the_namespace_in_which_they_are_written()
    {
        var snapshot = Snapshot(
            Yaml.Routes("- delegate: {name: team, namespace: other}\n  mirrors: [{destination: {host: user-service}}]"),
            Delegate("- route: [{destination: {host: user-service}}]", ns: "other"),
            Yaml.Service("user-service").Replace("user-service.messageboard", "user-service.other")
                .Replace("  name: user-service", "  name: user-service\n  namespace: other"));

        var route = Decide(snapshot).Route!;
        Assert.Equal("user-service.other.svc.cluster.local", Assert.Single(route.Destinations).Host);
        Assert.Equal("user-service.messageboard.svc.cluster.local", Assert.Single(route.Mirrors).Host);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("exportTo: ['*']", true)]
    [InlineData("exportTo: [messageboard]", true)]
    [InlineData("exportTo: [third, messageboard]", true)]
    [InlineData("exportTo: ['.']", false)]
    [InlineData("exportTo: [third]", false)]
    public void The_delegate_has_to_be_exported_to_the_roots_namespace(string exportTo, bool isSeen)
    {
        var snapshot = Snapshot(
            Yaml.Routes($"- delegate: {{name: team, namespace: other}}{Rest}"),
            Delegate($"- route: [{{destination: {{host: user-service.messageboard, subset: ctx2}}}}]", ns: "other") + $"\n  {exportTo}");

        Assert.Equal(isSeen ? "team" : null, Decide(snapshot).Route!.Delegate?.Name);
        if (!isSeen)
        {
            Assert.Contains(
                "spec.http[0].delegate: 'other/team' is not exported to messageboard, so this rule is not carried out",
                snapshot.Problems.Select(problem => problem.Message));
            Assert.Equal("rest", Decide(snapshot).Route!.Route.Name);
        }
    }

    [Theory]
    [InlineData("nobody", "messageboard/nobody")]
    [InlineData("has-hosts", "messageboard/has-hosts")]
    [InlineData("team, namespace: other", "other/team")]
    public void One_that_is_not_there_or_has_hosts_leaves_the_rule_out(string name, string told)
    {
        var snapshot = Snapshot(
            Yaml.Routes($"- delegate: {{name: {name}}}{Rest}"), Yaml.Routes($"-{To2[1..]}", "elsewhere.example.com", "has-hosts"),
            Delegate($"-{To2[1..]}"));

        Assert.Equal(("user-service", 1, null, -1, "ctx1"), Taken(snapshot, "/"));
        Assert.Contains(
            $"spec.http[0].delegate: there is no VirtualService '{told}' without hosts, so this rule is not carried out",
            snapshot.Problems.Select(problem => problem.Message));
    }

    [Fact]
    public void One_to_which_nobody_delegates_is_not_in_force()
    {
        var snapshot = Snapshot(Yaml.Routes($"-{To1[1..]}"), Delegate($"-{To2[1..]}"));

        var status = snapshot.Find(new("VirtualService", "messageboard", "team"))!.Status;
        Assert.Equal((ResourceState.Accepted, InForce.No), (status.State, status.InForce));
        Assert.Equal("has no hosts, and no VirtualService delegates to it", Assert.Single(status.Warnings).Message);
    }

    [Fact]
    public void Several_may_delegate_to_one_and_none_sees_what_another_asks_for()
    {
        var snapshot = Snapshot(
            Yaml.Routes($"- match: [{{uri: {{prefix: /a}}}}]\n{ToTeam}\n  timeout: 1s\n- match: [{{uri: {{prefix: /b}}}}]\n{ToTeam}"),
            Yaml.Routes($"- match: [{{uri: {{prefix: /c}}}}]\n{ToTeam}\n  timeout: 3s", "more.example.com", "more"),
            Delegate($"-{To2[1..]}"));

        Assert.Equal(
            [(0, 1.0), (1, null)],
            ((string[])["/a", "/b"]).Select(path => Decide(snapshot, path).Route!)
                .Select(route => (route.Index, route.Route.Timeout?.TotalSeconds)));
        Assert.Null(Decide(snapshot, "/c").Route);
        Assert.Equal(3, Decide(snapshot, "/c", "more.example.com").Route!.Route.Timeout!.Value.TotalSeconds);
        Assert.Null(Decide(snapshot, "/a", "more.example.com").Route);
    }

    [Fact]
    public void Only_the_part_of_a_delegate_that_is_for_the_caller_is_in_force()
    {
        var snapshot = Snapshot(
            Yaml.Routes($"-{ToTeam[1..]}{Rest}"), Delegate($"- match: [{{sourceLabels: {{app: nobody}}}}]\n{To2}"));

        Assert.Equal("ctx1", Taken(snapshot, "/").Subset);
    }

    private static string Match(string match) => match.Length == 0 ? "" : $"match: [{{{match}}}]\n  ";

    private static string Delegate(string http, string name = "team", string ns = "messageboard") => $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: {name}
          namespace: {ns}
        spec:
          http:
        {string.Join('\n', http.Split('\n').Select(line => $"    {line}"))}
        """;

    private static (string? Service, int Index, string? Delegate, int DelegateIndex, string? Subset) Taken(
        MeshSnapshot snapshot, string path)
    {
        var decision = Decide(snapshot, path);
        return (
            decision.VirtualService?.Name, decision.Route!.Index, decision.Route.Delegate?.Name, decision.Route.DelegateIndex,
            decision.Destination?.Subset);
    }

    private static RouteDecision Decide(MeshSnapshot snapshot, string path = "/", string host = "user-service") =>
        snapshot.Routes.Decide(new Request(host, path, headers: [("x", "1"), ("y", "2")]), new Random(1));

    private static MeshSnapshot Snapshot(params string[] resources)
    {
        var file = ResourceFile.Read("a.yaml", Yaml.Join([Yaml.UserService, .. resources]));
        Assert.Empty(file.Problems);
        var statuses = file.Statuses.Select(status => new ConfiguredResource(status, "", IsEditable: true));
        var caller = new MeshProxy { Labels = new Dictionary<string, string> { ["app"] = "gateway", ["team"] = "a" } };
        return MeshSnapshot.Create(file.Resources, [], [.. statuses], caller);
    }
}
