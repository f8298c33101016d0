using System.Text.Json;
using System.Xml.Linq;
using static MessageBoard.Mesh.Tests.Check.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

/// <summary>Test cases as https://github.com/getyourguide/istio-config-validator has them (docs/test-cases.md), and what is ours.</summary>
public sealed class RoutingTestTests : IDisposable
{
    private const string Rules = """
        - name: canary
          match: [{headers: {x-canary: {exact: "true"}}}]
          route: [{destination: {host: user-service, subset: ctx2}}]
          rewrite: {uri: /v2}
          timeout: 1500ms
          headers: {request: {set: {x-hop: mesh}}}
        - match: [{uri: {prefix: /old}}]
          redirect: {uri: /new, authority: example.com}
        - match: [{method: {exact: PUT}}, {port: 8080}, {queryParams: {v: {exact: "2"}}}, {sourceLabels: {app: a}}]
          fault: {abort: {httpStatus: 503, percentage: {value: 100}}}
          route: [{destination: {host: user-service, port: {number: 80}}}]
        - name: rest
          match: [{uri: {prefix: /}}]
          retries: {attempts: 3, retryOn: 5xx}
          route:
            - {destination: {host: user-service, subset: ctx1}, weight: 70}
            - {destination: {host: user-service, subset: ctx2}, weight: 30}
        """;

    private readonly TemporaryFolder _folder = new();

    public RoutingTestTests() => _folder.Write("a.yaml", Yaml.Join(Yaml.Rule, Yaml.Routes(Rules)));

    public void Dispose() => _folder.Dispose();

    // What their tool passes and fails: the fields as they are written, the whole list of destinations; a field that is not named is of
    // no account.
    [Theory]
    [InlineData("/a", "{x-canary: 'true'}", "route: [{destination: {host: user-service, subset: ctx2}}]", true)]
    [InlineData("/a", "{x-canary: 'true'}", "route: [{destination: {subset: ctx2, host: user-service}, weight: 0}]", true)]
    [InlineData("/a", "{x-canary: 'true'}", "route: [{destination: {host: user-service, subset: ctx1}}]", false)]
    [InlineData("/a", "{x-canary: 'true'}", "route: [{destination: {host: user-service}}]", false)]
    [InlineData("/a", "{x-canary: 'false'}", "route: [{destination: {host: user-service, subset: ctx2}}]", false)]
    [InlineData("/a", "{x-canary: 'true'}", "rewrite: {uri: /v2}", true)]
    [InlineData("/a", "{x-canary: 'true'}", "rewrite: {uri: /v3}", false)]
    [InlineData("/a", "{x-canary: 'true'}", "headers: {request: {set: {x-hop: mesh}}}", true)]
    [InlineData("/a", "{x-canary: 'true'}", "headers: {request: {set: {x-hop: mesh, x-b: c}}}", false)]
    [InlineData("/a", "{x-canary: 'true'}", "headers: {request: {add: {x-hop: mesh}}}", false)]
    [InlineData("/old/a", "{}", "redirect: {authority: example.com, uri: /new}", true)]
    [InlineData("/old/a", "{}", "redirect: {authority: example.com}", false)]
    [InlineData("/a", "{}", "redirect: {authority: example.com, uri: /new}", false)]
    [InlineData("/a?v=2", "{}", "fault: {abort: {percentage: {value: 100.0}, httpStatus: 503}}", true)]
    [InlineData("/a?v=2", "{}", "fault: {abort: {percentage: {value: 50}, httpStatus: 503}}", false)]
    [InlineData("/a?v=1", "{}", "fault: {abort: {percentage: {value: 100}, httpStatus: 503}}", false)]
    [InlineData("/a", "{}", "route: [{destination: {host: user-service, subset: ctx1}, weight: 70}]", false)]
    // Ours.
    [InlineData("/a", "{x-canary: 'true'}", "timeout: 1.5s", true)]
    [InlineData("/a", "{x-canary: 'true'}", "timeout: 15s", false)]
    [InlineData("/a", "{}", "timeout: 15s", false)]
    [InlineData("/a", "{}", "retries: {attempts: 3, retryOn: 5xx}", true)]
    [InlineData("/a", "{}", "retries: {attempts: 2, retryOn: 5xx}", false)]
    [InlineData("/a", "{}", "weights: {ctx1: 7, ctx2: 3}", true)]
    [InlineData("/a", "{}", "weights: {ctx1: 70, ctx2: 31}", false)]
    [InlineData("/a", "{}", "weights: {ctx1: 70}", false)]
    [InlineData("/a", "{x-canary: 'true'}", "weights: {ctx2: 100, ctx1: 0}", true)]
    [InlineData("/a", "{x-canary: 'true'}", "subset: ctx2", true)]
    [InlineData("/a", "{}", "subset: ctx2", false)]
    [InlineData("/a", "{}", "rule: rest", true)]
    [InlineData("/a", "{}", "rule: canary", false)]
    [InlineData("/old", "{}", "rule: canary", false)]
    [InlineData("/a", "{}", "virtualService: user-service", true)]
    [InlineData("/a", "{}", "virtualService: messageboard/user-service", true)]
    [InlineData("/a", "{}", "virtualService: other/user-service", false)]
    [InlineData("/old", "{}", "status: 301", true)]
    [InlineData("/a", "{}", "status: 301", false)]
    public void A_field_is_as_it_has_to_be_or_not(string uri, string headers, string field, bool passes)
    {
        Assert.Equal(passes ? 0 : 1, RunTest(Case($"method: [GET], uri: ['{uri}'], headers: {headers}", field)).Code);
        Assert.Equal(passes ? 1 : 0, RunTest(Case($"method: [GET], uri: ['{uri}'], headers: {headers}", field, wantMatch: false)).Code);
    }

    [Theory]
    [InlineData("method: [PUT], uri: [/a]")]
    [InlineData("method: [GET], uri: [/a], port: 8080")]
    [InlineData("method: [GET], uri: [/a], query: {v: '2'}")]
    [InlineData("method: [GET], uri: ['/a?w=1'], query: {v: '2'}")]
    [InlineData("method: [GET], uri: [/a], source: {labels: {app: a}}")]
    [InlineData("method: [GET], uri: [/a], source: {name: a, namespace: messageboard}")]
    public void A_request_is_more_than_a_path(string request)
    {
        Assert.Equal(0, RunTest(Case(request, "fault: {abort: {httpStatus: 503, percentage: {value: 100}}}")).Code);
        Assert.Equal(1, RunTest(Case("method: [GET], uri: [/a]", "fault: {abort: {httpStatus: 503, percentage: {value: 100}}}")).Code);
    }

    // Each field for itself, as theirs: of two that must not be, one that is fails.
    [Theory]
    [InlineData("rule: canary\n    subset: ctx1", 0)]
    [InlineData("rule: rest\n    subset: ctx1", 1)]
    public void Of_several_fields_each_counts(string fields, int code) =>
        Assert.Equal(code, RunTest(Case("method: [GET], uri: [/a]", fields, wantMatch: false)).Code);

    [Fact]
    public void All_combinations_are_requests_and_failing_ones_are_told_with_the_rule_that_took_them()
    {
        var (code, output, _) = RunTest("""
            testCases:
              - description: canaries and others
                wantMatch: true
                request:
                  authority: [user-service, user-service.messageboard.svc.cluster.local]
                  method: [GET, PUT]
                  uri: [/a, /b]
                rule: rest
            ---
            testCases:
              - {description: says nothing, wantMatch: true, request: {authority: [a], method: [GET], uri: [/]}}
            """);

        Assert.Equal(1, code);
        // Without the places, which are as long as the folder's name is.
        Assert.Equal(
            """
            FAIL canaries and others (t/t.yaml:2)
            PUT http://user-service/a
            PUT http://user-service.messageboard.svc.cluster.local/a
            PUT http://user-service/b
            and 1 request more
            goes by VirtualService messageboard/user-service, http[2] (a.yaml:28)
            it is none, not rest
            note says nothing (t/t.yaml:11) wants nothing
            2 rules that no test reaches:
            VirtualService messageboard/user-service, http[0] 'canary' (a.yaml:20)
            VirtualService messageboard/user-service, http[1] (a.yaml:26)
            2 tests with 9 requests: 1 passed, 1 failed
            """.ReplaceLineEndings(" "),
            string.Join(' ', output.Replace(_folder.Path + '/', "", StringComparison.Ordinal)
                .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Lines_fit_a_terminal() => Assert.All(
        RunTest(Case("method: [GET], uri: [/a]", "weights: {ctx1: 1, ctx2: 2, ctx3: 3, ctx4: 4, ctx5: 5, ctx6: 6, ctx7: 7, ctx8: 8}"))
            .Output.Replace(_folder.Path + '/', "", StringComparison.Ordinal).Split('\n'),
        line => Assert.InRange(line.Length, 0, 80));

    [Theory]
    [InlineData("unknownField: true", "testCases[0].unknownField is not a field")]
    [InlineData("route: [{destination: {hots: a}}]", "testCases[0].route[0].destination.hots is not a field")]
    [InlineData("timeout: soon", "testCases[0].timeout has to be a duration")]
    [InlineData("weights: {a: many}", "testCases[0].weights.a has to be a whole number")]
    public void What_is_wrong_with_a_test_is_told_with_name_and_line(string field, string problem)
    {
        var (code, output, error) = RunTest(Case("method: [GET], uri: [/a]", field));

        Assert.Equal(2, code);
        Assert.Contains($"{_folder["t/t.yaml"]}:5: {problem}", error, StringComparison.Ordinal);
        Assert.Contains("0 tests", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("method: [], uri: [/a]", "request.method has to have at least one")]
    [InlineData("method: [GET], uri: [a]", "request.uri[0] has to begin with a slash")]
    [InlineData("method: [GET], uri: [/a], body: a", "request.body is not a field")]
    [InlineData("method: [GET], uri: [/a], source: {namespace: a}", "request.source has to have one of name, labels and gateway")]
    public void What_is_wrong_with_a_request_is_told(string request, string problem)
    {
        var (code, _, error) = RunTest(Case(request, "rule: a"));

        Assert.Equal(2, code);
        Assert.Contains($"{_folder["t/t.yaml"]}:4: testCases[0].{problem}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_get_JUnit_and_JSON()
    {
        var (_, output, _) = RunTest(
            Case("method: [GET, PUT], uri: [/a]", "rule: rest") + Case("method: [GET], uri: [/a]", "rule: rest")[10..],
            "--json", "--junit", _folder["junit.xml"]);
        var suite = XDocument.Load(_folder["junit.xml"]).Root!.Element("testsuite")!;
        using var json = JsonDocument.Parse(output);

        Assert.Equal(("2", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value));
        Assert.Contains(
            $"{_folder["a.yaml"]}:28", suite.Elements("testcase").First().Element("failure")!.Value, StringComparison.Ordinal);
        Assert.Equal(2, json.RootElement.GetProperty("tests").GetProperty("results").GetArrayLength());
        Assert.Equal(2, json.RootElement.GetProperty("tests").GetProperty("untested").GetArrayLength());
    }

    // Theirs knows no ports at all.
    [Theory]
    [InlineData("")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: user-service}\nspec: {ports: [{port: 8080}]}")]
    public void Without_a_port_the_services_own_is_called(string service)
    {
        _folder.Write("a.yaml", Yaml.Join(
            service, Yaml.Routes("- name: a\n  route: [{destination: {host: user-service, port: {number: 8080}}}]")));

        Assert.Equal(0, RunTest(Case("method: [GET], uri: [/a]", "rule: a")).Code);
    }

    // The delegate's field is the rule's, and what it does not say is the root's.
    [Theory]
    [InlineData("delegate: {name: team}", true)]
    [InlineData("delegate: {name: other}", false)]
    [InlineData("route: [{destination: {host: user-service, subset: ctx2}}]", true)]
    [InlineData("route: [{destination: {host: user-service, subset: ctx1}}]", false)]
    [InlineData("timeout: 1s", true)]
    [InlineData("rewrite: {uri: /v2}", true)]
    public void Of_a_rule_that_delegates_the_delegates_fields_count(string field, bool passes)
    {
        _folder.Write("a.yaml", Yaml.Join(
            Yaml.Rule, Yaml.Routes("- match: [{uri: {prefix: /a}}]\n  delegate: {name: team}\n  timeout: 1s"),
            Yaml.Routes("- rewrite: {uri: /v2}\n  route: [{destination: {host: user-service, subset: ctx2}}]", "unused", "team")
                .Replace("  hosts: [\"unused\"]\n", "", StringComparison.Ordinal)));
        var (code, output, _) = RunTest(Case("method: [GET], uri: [/a/b]", field));

        Assert.Equal(passes ? 0 : 1, code);
        Assert.DoesNotContain("no test reaches", output, StringComparison.Ordinal);
    }

    private static string Case(string request, string field, bool wantMatch = true) => $$"""
        testCases:
          - description: a test
            wantMatch: {{(wantMatch ? "true" : "false")}}
            request: {authority: [user-service], {{request}}}
            {{field}}

        """;

    private (int Code, string Output, string Error) RunTest(string tests, params string[] args)
    {
        Directory.CreateDirectory(_folder["t"]);
        _folder.Write("t/t.yaml", tests);
        return Run([_folder["a.yaml"], "--tests", _folder["t"], .. args]);
    }
}
