using System.Text.Json;
using static MessageBoard.Mesh.Tests.Check.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

/// <summary>Istio's own samples (https://github.com/istio/istio/tree/master/samples), retold with this project's names.</summary>
public sealed class SampleTests : IDisposable
{
    // What each sample has beside its routes: a Service, and a Deployment for each version.
    private static readonly string Services = Yaml.Join([.. ((string[])["board", "votes"]).Select(app => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{app}}, namespace: messageboard}
        spec: {ports: [{name: http, port: 5000}], selector: {app: {{app}} } }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{app}}-v1, namespace: messageboard}
        spec: {template: {metadata: {labels: {app: {{app}}, version: v1} } } }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{app}}-v2, namespace: messageboard}
        spec: {template: {metadata: {labels: {app: {{app}}, version: v2} } } }
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: {{app}}}
        spec:
          host: {{app}}
          subsets:
            - {name: v1, labels: {version: v1} }
            - {name: v2, labels: {version: v2} }
        """)]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // samples/bookinfo/networking/virtual-service-reviews-test-v2.yaml
    [Fact]
    public void A_user_s_requests_go_to_the_new_version()
    {
        Write(Yaml.Routes("""
            - match: [{headers: {end-user: {exact: ana}}}]
              route: [{destination: {host: board, subset: v2}}]
            - route: [{destination: {host: board, subset: v1}}]
            """, "board", "board"));

        IsWell();
        Assert.Contains("100 % board.messageboard.svc.cluster.local:5000 subset v2", Ask("board:5000", "end-user: ana"));
        Assert.Contains("100 % board.messageboard.svc.cluster.local:5000 subset v1", Ask("board:5000", "end-user: bo"));
        Assert.Contains("subset v1", Ask("board.messageboard:5000"));
    }

    // samples/bookinfo/networking/virtual-service-reviews-90-10.yaml
    [Fact]
    public void Ten_percent_go_to_the_new_version()
    {
        Write(Yaml.Routes("""
            - route:
                - {destination: {host: board, subset: v1}, weight: 90}
                - {destination: {host: board, subset: v2}, weight: 10}
            """, "board", "board"));
        _folder.Write("t.yml", """
            testCases:
              - description: a tenth
                wantMatch: true
                request: {authority: ["board:5000", board.messageboard], method: [GET, POST], uri: [/, /any]}
                weights: {v1: 90, v2: 10}
            """);

        IsWell();
        var (code, output, _) = Run(_folder["a.yaml"], "--tests", _folder["t.yml"]);
        Assert.Equal((0, "1 test with 8 requests: 1 passed, 0 failed"), (code, output.TrimEnd()));
    }

    // samples/bookinfo/networking/virtual-service-ratings-test-delay.yaml and …-abort.yaml
    [Fact]
    public void A_user_alone_gets_delays_and_errors()
    {
        Write(Yaml.Routes("""
            - match: [{headers: {end-user: {exact: ana}}}]
              fault: {delay: {percentage: {value: 100.0}, fixedDelay: 7s}, abort: {percentage: {value: 100.0}, httpStatus: 500}}
              route: [{destination: {host: votes, subset: v1}}]
            - route: [{destination: {host: votes, subset: v1}}]
            """, "votes", "votes"));

        IsWell();
        var hers = Ask("votes:5000", "end-user: ana");
        Assert.Contains("fault    delay 7s for 100 %", hers);
        Assert.Contains("fault    abort 500 for 100 %", hers);
        Assert.DoesNotContain("  fault ", Ask("votes:5000"));
    }

    // samples/helloworld, with https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/failover/
    [Fact]
    public void Callers_stay_in_their_locality()
    {
        Write("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: locality}
            spec:
              host: other.messageboard.svc.cluster.local
              trafficPolicy:
                connectionPool: {http: {maxRequestsPerConnection: 1}}
                loadBalancer:
                  simple: ROUND_ROBIN
                  localityLbSetting:
                    enabled: true
                    failover: [{from: region1, to: region2}]
                outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 1m}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other, namespace: messageboard}
            spec: {ports: [{name: http, port: 5000}], selector: {app: board}}
            """);

        IsWell();
        Assert.Contains("by       no VirtualService: all of the service", Ask("other:5000"));

        _folder.Write("a.yaml", File.ReadAllText(_folder["a.yaml"]).Replace("to: region2", "to: region1", StringComparison.Ordinal));
        var (code, output, _) = Run(_folder.Path);
        Assert.Equal(1, code);
        Assert.Contains("spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0]", output, StringComparison.Ordinal);
    }

    // samples/bookinfo/networking/egress-rule-google-apis.yaml: as it is, nobody looks at the certificate.
    [Fact]
    public void What_goes_out_gets_TLS()
    {
        Write("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: outside}
            spec:
              hosts: [api.example.com]
              ports: [{number: 80, name: http, protocol: HTTP}, {number: 443, name: https, protocol: HTTPS}]
              resolution: DNS
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: outside}
            spec:
              hosts: [api.example.com]
              http:
                - match: [{port: 80}]
                  route: [{destination: {host: api.example.com, port: {number: 443}}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: outside}
            spec:
              host: api.example.com
              trafficPolicy:
                loadBalancer: {simple: ROUND_ROBIN}
                portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]
            """);

        Assert.Equal((0, "IST0129"), Check());
        Assert.Contains("100 % api.example.com:443\n", Ask("api.example.com"));
    }

    // samples/httpbin and samples/curl with the policies of https://istio.io/latest/docs/tasks/security/authentication/authn-policy/
    [Fact]
    public void Only_callers_with_a_token_are_let_in()
    {
        const string Policies = """
            apiVersion: security.istio.io/v1
            kind: RequestAuthentication
            metadata: {name: tokens}
            spec:
              selector: {matchLabels: {app: board}}
              jwtRules: [{issuer: testing@example.com, jwks: '{"keys": []}'}]
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: tokens}
            spec:
              selector: {matchLabels: {app: board}}
              action: ALLOW
              rules:
                - from: [{source: {requestPrincipals: [testing@example.com/testing@example.com]}}]
                  when: [{key: "request.auth.claims[groups]", values: [group1]}]
            """;
        Write(Policies);
        IsWell();

        Write(Policies.Replace("app: board", "app: bored", StringComparison.Ordinal));
        Assert.Equal((0, "IST0127, IST0127"), Check());

        Write(Policies.Replace("request.auth.claims[groups]", "request.auth.claim[groups]", StringComparison.Ordinal));
        Assert.Equal(1, Check().Code);
    }

    private void Write(string yaml) => _folder.Write("a.yaml", Yaml.Join(Services, yaml));

    private void IsWell() => Assert.Equal((0, ""), Check());

    private (int Code, string Warnings) Check()
    {
        var (code, output, _) = Run(_folder["a.yaml"], "--json");
        using var json = JsonDocument.Parse(output);
        var codes = json.RootElement.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetProperty("code").GetString());
        return (code, string.Join(", ", codes));
    }

    private string Ask(string authority, params string[] headers) =>
        Run([_folder["a.yaml"], "--request", $"http://{authority}/", .. headers.SelectMany(header => (string[])["-H", header])]).Output;
}
