using System.Text.Json;
using static MessageBoard.Mesh.Tests.Check.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

public sealed class RequestCheckTests : IDisposable
{
    private const string Rules = """
        - name: canary
          match:
            - headers: {x-canary: {exact: "true"}}
              uri: {prefix: /api}
            - sourceLabels: {app: message-service}
          route:
            - destination: {host: user-service, subset: ctx2}
          rewrite: {uri: /v2, authority: canary.example}
          timeout: 1.5s
          retries: {attempts: 3, perTryTimeout: 200ms, retryOn: "5xx,503"}
          headers: {request: {set: {x-hop: mesh}, remove: [x-secret]}, response: {add: {x-served: canary}}}
          mirrors: [{destination: {host: user-service, subset: ctx1}, percentage: {value: 12.5}}]
          fault: {delay: {fixedDelay: 2s, percentage: {value: 50}}, abort: {httpStatus: 503, percentage: {value: 10}}}
        - match: [{uri: {exact: /old}}]
          redirect: {uri: /new, authority: example.com}
        - match: [{uri: {exact: /teapot}}]
          directResponse: {status: 418}
        - match: [{method: {exact: PUT}}, {port: 81}]
          route: [{destination: {host: user-service}}]
        - match: [{method: {regex: "GET|POST"}}]
          route:
            - destination: {host: user-service, subset: ctx1}
              weight: 2
              headers: {request: {add: {x-to: one}}}
            - destination: {host: user-service, subset: ctx2}
              weight: 1
        """;

    private readonly TemporaryFolder _folder = new();

    public RequestCheckTests() => _folder.Write("a.yaml", Yaml.Join(Yaml.Rule, Yaml.Routes(Rules)));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Where_it_goes_and_all_that_happens_on_the_way()
    {
        var (code, output, _) = Run(
            _folder.Path, "--request", "http://user-service/api/users?x=1", "-H", "X-Canary: true", "-H", "x-secret: 1");

        Assert.Equal(0, code);
        Assert.Equal(
            $"""
            GET http://user-service/api/users?x=1
              by       VirtualService messageboard/user-service, http[0] 'canary', match[0]
                       {_folder["a.yaml"]}:20
              to       100 % user-service.messageboard.svc.cluster.local:80 subset ctx2
              sent as  GET /v2/users?x=1
                       host: canary.example
                       x-canary: true
                       x-hop: mesh
                       x-envoy-original-path: /api/users?x=1
              fault    delay 2s for 50 %
              fault    abort 503 for 10 %
              timeout  1.5s
              retries  3, each at most 200ms, on 5xx,503
              mirror   12.5 % to user-service.messageboard.svc.cluster.local subset ctx1
              response add x-served: canary

            """,
            output);
    }

    [Fact]
    public void Of_a_rule_that_is_delegated_both_places_are_told()
    {
        _folder.Write("a.yaml", Yaml.Join(
            Yaml.Rule, Yaml.Routes("- match: [{uri: {prefix: /b}}, {uri: {prefix: /a}}]\n  name: ours\n  delegate: {name: team}"),
            Yaml.Routes(
                "- redirect: {uri: /}\n  match: [{uri: {exact: /a/0}}]\n"
                    + "- match: [{method: {exact: PUT}}, {headers: {x: {}}}]\n  route: [{destination: {host: user-service, subset: ctx2}}]",
                "unused", "team").Replace("  hosts: [\"unused\"]\n", "", StringComparison.Ordinal)));
        var (code, output, _) = Run(_folder.Path, "--request", "http://user-service/a/b", "-H", "x: 1");

        Assert.Equal(0, code);
        Assert.Contains($"""
              by       VirtualService messageboard/user-service, http[0] 'ours', match[1]
                       {_folder["a.yaml"]}:20
                       delegated to VirtualService messageboard/team, http[1], match[1]
                       {_folder["a.yaml"]}:32
              to       100 % user-service.messageboard.svc.cluster.local:80 subset ctx2
            """, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_destination_has_its_share_and_its_own_headers()
    {
        var (_, output, _) = Run(_folder.Path, "--request", "POST http://user-service.messageboard/a/b%2Fc");

        Assert.Contains("""
              to       66.67 % user-service.messageboard.svc.cluster.local:80 subset ctx1
              sent as  POST /a/b%2Fc
                       host: user-service.messageboard
                       x-to: one
                       33.33 % user-service.messageboard.svc.cluster.local:80 subset ctx2
              sent as  POST /a/b%2Fc
                       host: user-service.messageboard
              timeout  none
            """, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET http://user-service/old?x=1", 301, "http://example.com/new?x=1")]
    [InlineData("GET http://user-service/teapot", 418, null)]
    [InlineData("DELETE http://user-service/", 404, null)]
    [InlineData("GET http://elsewhere/", 404, null)]
    public void What_no_service_answers(string request, int status, string? location)
    {
        var (code, output, _) = Run(_folder.Path, "--json", "--request", request);
        using var json = JsonDocument.Parse(output);
        var verdict = json.RootElement.GetProperty("request");

        Assert.Equal(status, verdict.GetProperty("status").GetInt32());
        Assert.Equal(location, verdict.GetProperty("location").GetString());
        Assert.Equal(status == 404 ? 1 : 0, code);
    }

    [Theory]
    [InlineData("message-service", 0)]
    [InlineData("messageboard/message-service", 0)]
    [InlineData("app=message-service,version=v1", 0)]
    [InlineData("messenger", 0)] // a Deployment whose pods have the label
    [InlineData("log-service", 4)]
    public void Who_sends_it_counts(string from, int rule)
    {
        _folder.Write("b.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: messenger, namespace: messageboard}
            spec: {template: {metadata: {labels: {app: message-service}}}}
            """);
        Assert.Equal(rule, RuleOf("--request", "http://user-service/", "--from", from));
    }

    [Fact]
    public void What_is_bound_to_a_gateway_is_for_its_requests()
    {
        _folder.Write("b.yaml", Yaml.Routes("- route: [{destination: {host: user-service}}]", "board.example", "ingress")
            .Replace("spec:", "spec:\n  gateways: [board, other/board]", StringComparison.Ordinal));

        Assert.Contains(
            "messageboard/ingress, http[0], at gateway messageboard/board, other/board",
            Run(_folder.Path, "--request", "http://board.example/").Output.Replace("\n           ", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal(0, Run(_folder.Path, "--request", "http://board.example/", "--from", "gateway:other/board").Code);
        Assert.Equal(1, Run(_folder.Path, "--request", "http://board.example/", "--from", "app=a").Code);
        Assert.Equal(1, Run(_folder.Path, "--request", "http://user-service/", "--from", "gateway:other/board").Code);
    }

    [Fact]
    public void A_short_name_is_called_in_the_namespace_that_has_it()
    {
        _folder.Write("b.yaml", Yaml.Routes("- route: [{destination: {host: shop}}]", "shop", "shop")
            .Replace("name: shop\n", "name: shop\n  namespace: team\n", StringComparison.Ordinal));

        Assert.Contains("shop.team.svc.cluster.local:80", Run(_folder.Path, "--request", "http://shop/").Output, StringComparison.Ordinal);
        Assert.Equal(0, Run(_folder.Path, "--request", "http://shop/", "--from", "team/app=a").Code);
    }

    // curl http://10.0.0.1/ -H 'Host: …'
    [Fact]
    public void The_host_header_says_for_whom_it_is() =>
        Assert.Equal(2, RuleOf("--request", "http://10.0.0.1/teapot", "-H", "Host: user-service"));

    [Fact]
    public void Why_the_rules_before_do_not_match_is_explained()
    {
        var (_, output, _) = Run(_folder.Path, "--explain", "--request", "http://user-service/b", "-H", "x-canary: no");

        Assert.EndsWith(
            """
              not by   http[0] 'canary', line 20:
                         uri '/b' is not '/api…'
                         it is for callers with app=message-service
                       http[1], line 33:
                         uri '/b' is not '/old'
                       http[2], line 35:
                         uri '/b' is not '/teapot'
                       http[3], line 37:
                         method 'GET' is not 'PUT'
                         port 80 is not 81

            """,
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Kubernetes_Services_are_services()
    {
        _folder.Write("b.yaml", """
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: Service
                metadata: {name: user-service, namespace: messageboard}
                spec: {ports: [{name: http, port: 8080}]}
              - apiVersion: v1
                kind: Service
                metadata: {name: other, namespace: team}
                spec: {ports: [{port: 80}]}
            """);

        Assert.Equal(0, Run(_folder.Path).Code);
        Assert.Equal(1, Run(_folder.Path, "--request", "http://user-service/b").Code); // nobody listens at port 80
        Assert.Contains(
            "svc.cluster.local:8080 subset ctx1", Run(_folder.Path, "--request", "http://user-service:8080/b").Output,
            StringComparison.Ordinal);
        Assert.Contains(
            "by       no VirtualService", Run(_folder.Path, "--request", "http://other.team/").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_is_told_first_and_is_not_in_force()
    {
        _folder.Write("a.yaml", Yaml.Join(Yaml.Rule, Yaml.Routes("- timeout: soon\n  route: [{destination: {host: user-service}}]")));
        var (code, output, _) = Run(_folder.Path, "--request", "http://user-service/");

        Assert.Equal(1, code);
        Assert.Contains("spec.http[0].timeout has to be a duration", output, StringComparison.Ordinal);
        Assert.Contains("ends in  404: nothing knows user-service", output, StringComparison.Ordinal);
    }

    private int RuleOf(params string[] args)
    {
        using var json = JsonDocument.Parse(Run([_folder.Path, "--json", .. args]).Output);
        return json.RootElement.GetProperty("request").GetProperty("rule").GetProperty("index").GetInt32();
    }
}
