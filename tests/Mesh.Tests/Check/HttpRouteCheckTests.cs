using System.Text.Json;
using static MessageBoard.Mesh.Tests.Check.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

/// <summary>Requests and routing tests where HTTPRoutes steer.</summary>
public sealed class HttpRouteCheckTests : IDisposable
{
    private const string Routes = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: split, namespace: messageboard}
        spec:
          parentRefs: [{group: "", kind: Service, name: user-service, port: 80}]
          rules:
            - backendRefs:
                - {name: user-service-v1, port: 80, weight: 9}
                - {name: user-service-v2, port: 80, weight: 1}
            - matches:
                - path: {value: /nowhere}
                - headers: [{name: x-canary, value: "true"}]
              filters:
                - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-hop, value: mesh}]}}
              backendRefs: [{name: user-service-v2, port: 80}]
              timeouts: {request: 2s}
            - matches: [{path: {value: /old}}]
              filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example, statusCode: 302}}]
            - matches: [{path: {type: Exact, value: /gone}}]
        """;

    private readonly TemporaryFolder _folder = new();

    public HttpRouteCheckTests() => _folder.Write("a.yaml", Routes);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_rule_is_told_with_its_match_file_and_line()
    {
        var (code, output, _) = Run(_folder.Path, "--request", "http://user-service/", "-H", "x-canary: true", "--explain");

        Assert.Equal(0, code);
        Assert.Equal(
            $"""
            GET http://user-service/
              by       HTTPRoute messageboard/split, rules[1], match[1]
                       {_folder["a.yaml"]}:10
              to       100 % user-service-v2.messageboard.svc.cluster.local:80
              sent as  GET /
                       host: user-service
                       x-canary: true
                       x-hop: mesh
              timeout  2s
              retries  2, on connect-failure,refused-stream,unavailable,cancelled (Istio's
                       default)
              not by   rules[2], line 17:
                         uri '/' is not '/old' or '/old/…'
                       rules[3], line 19:
                         uri '/' is not '/gone'

            """,
            output);
    }

    [Theory]
    [InlineData("http://user-service/", 0, null)]
    [InlineData("http://user-service/old/a", 2, 302)]
    [InlineData("http://user-service/gone", 3, 500)] // no backend, no filter
    public void Machines_get_its_place_too(string request, int rule, int? status)
    {
        using var json = JsonDocument.Parse(Run(_folder.Path, "--json", "--request", request).Output);
        var verdict = json.RootElement.GetProperty("request");

        Assert.Equal(rule, verdict.GetProperty("rule").GetProperty("index").GetInt32());
        Assert.Equal(status, verdict.GetProperty("status") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null);
    }

    [Fact]
    public void What_is_bound_to_a_gateway_is_for_its_requests()
    {
        _folder.Write("a.yaml", Routes.Replace(
            "parentRefs: [{group: \"\", kind: Service, name: user-service, port: 80}]",
            "hostnames: [board.example]\n  parentRefs: [{name: board}]", StringComparison.Ordinal));

        Assert.Contains(
            "HTTPRoute messageboard/split, rules[0], match[0], at gateway messageboard/board",
            Run(_folder.Path, "--request", "http://board.example/").Output.Replace("\n           ", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal(0, Run(_folder.Path, "--request", "http://board.example/", "--from", "gateway:board").Code);
        Assert.Equal(1, Run(_folder.Path, "--request", "http://board.example/", "--from", "app=a").Code);
    }

    [Theory]
    [InlineData("/", "{}", "weights: {user-service-v1: 90, user-service-v2: 10}", true)]
    [InlineData("/", "{}", "weights: {user-service-v1: 80, user-service-v2: 20}", false)]
    [InlineData("/", "{}", "weights: {user-service-v1: 100}", false)]
    [InlineData("/", "{}", "weights: {user-service-v1: 90, user-service-v2.other: 10}", false)]
    [InlineData("/", "{x-canary: 'true'}", "weights: {user-service-v2.messageboard.svc.cluster.local: 1}", true)]
    [InlineData("/", "{x-canary: 'true'}", "subset: v2", false)] // Gateway API has none
    [InlineData("/", "{}", "virtualService: split", true)]
    [InlineData("/", "{}", "virtualService: user-service", false)]
    [InlineData("/old", "{}", "status: 302", true)]
    [InlineData("/old", "{}", "status: 301", false)]
    [InlineData("/gone", "{}", "status: 500", true)]
    public void Tests_say_where_it_goes(string uri, string headers, string wanted, bool passes)
    {
        WriteTest(uri, headers, wanted);
        var (code, output, _) = Run(_folder["a.yaml"], "--tests", _folder["t.yaml"]);

        Assert.Equal((passes ? 0 : 1, passes ? "1 passed" : "0 passed"), (code, output.Contains("1 passed") ? "1 passed" : "0 passed"));
        if (!passes)
            Assert.Contains("goes by HTTPRoute messageboard/split, rules[", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_no_test_reaches_are_told()
    {
        WriteTest("/old", "{}", "status: 302");
        var (_, output, _) = Run(_folder["a.yaml"], "--tests", _folder["t.yaml"]);

        Assert.Contains("3 rules that no test reaches:\n  HTTPRoute messageboard/split, rules[0] (", output, StringComparison.Ordinal);
        Assert.DoesNotContain("rules[2]", output, StringComparison.Ordinal);
    }

    private void WriteTest(string uri, string headers, string wanted) => _folder.Write("t.yaml", $$"""
        testCases:
          - description: a test
            wantMatch: true
            request: {authority: [user-service], method: [GET], uri: ["{{uri}}"], headers: {{headers}}}
            {{wanted}}
        """);
}
