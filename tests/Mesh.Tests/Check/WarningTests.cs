using System.Text.Json;
using static MessageBoard.Mesh.Tests.Check.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

/// <summary>
/// What istioctl analyze warns of, by its codes (https://github.com/istio/istio/blob/master/pkg/config/analysis/msg/messages.yaml); and
/// what is near to it and well.
/// </summary>
public sealed class WarningTests : IDisposable
{
    private const string Board = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: board}
        spec:
          selector: {istio: ingressgateway}
          servers:
            - port: {number: 80, name: http, protocol: HTTP}
              hosts: ["*.board.example", "./own.example", "elsewhere/other.example"]
        """;

    private const string Services = """
        apiVersion: v1
        kind: Service
        metadata: {name: user-service, namespace: messageboard}
        spec: {selector: {app: user-service}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: two-ports, namespace: messageboard}
        spec: {ports: [{name: http, port: 80}, {name: admin, port: 81}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: user-service, namespace: messageboard}
        spec: {template: {metadata: {labels: {app: user-service, cluster: ctx1, version: v1}}}}
        """;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, int> Warned => new()
    {
        { "IST0130", Yaml.Routes("- route: [{destination: {host: a}}]\n- name: late\n  route: [{destination: {host: a}}]"), 9 },
        { "IST0130", Yaml.Routes("- match: [{uri: {prefix: /}}]\n  route: [{destination: {host: a}}]\n- redirect: {uri: /b}"), 10 },
        { "IST0131", Yaml.Routes("""
            - match: [{uri: {prefix: /a}}]
              route: [{destination: {host: a}}]
            - match:
                - uri: {exact: /b}
                - uri: {prefix: /a}
              route: [{destination: {host: a}}]
            """), 12 },
        { "IST0101", Bound("[mesh, board]", "a.board.example") + "\n---\n" + Board.With("name: board", "name: other"), 6 },
        { "IST0132", Bound("[board]", "board.example") + "\n---\n" + Board, 6 },
        { "IST0132", Bound("[board]", "other.example") + "\n---\n" + Board, 6 },
        { "IST0145", Board + "\n---\n" + Board.With("name: board", "name: other"), 7 },
        { "IST0112", Yaml.Routes("- route:\n    - destination: {host: two-ports}") + "\n---\n" + Services, 9 },
        { "IST0112", Yaml.Routes(
            "- mirrors: [{destination: {host: two-ports}}]\n  route: [{destination: {host: user-service}}]") + "\n---\n" + Services, 8 },
        { "IST0140", Yaml.Join(Yaml.Split(70, 30), Yaml.Rule, Bound("[board]", "a.board.example")), 34 },
        { "IST0174", Yaml.Rule.With("host: user-service", "host: uesr-service") + "\n---\n" + Services, 6 },
        { "IST0173", Yaml.Rule + "\n---\n" + Services, 10 },
        { "IST0128", Tls("tls: {mode: SIMPLE}"), 7 },
        { "IST0128", Tls("tls: {mode: MUTUAL, clientCertificate: /a, privateKey: /b}"), 7 },
        { "IST0129", Tls("portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]"), 7 },
        { "IST0177", Yaml.Join(
            Yaml.Service("a"), Yaml.Service("a").With("name: a", "name: b").With("protocol: HTTP", "protocol: TLS")), 9 },
        { "IST0127", Policy("uesr-service") + "\n---\n" + Services, 7 },
        { "IST0127", Policy("uesr-service").With("AuthorizationPolicy", "PeerAuthentication") + "\n---\n" + Services, 7 },
    };

    public static TheoryData<string> Well =>
    [
        Yaml.Routes("- match: [{uri: {prefix: /a}}]\n  route: [{destination: {host: a}}]\n- route: [{destination: {host: a}}]"),
        Bound("[board, mesh]", "a.board.example") + "\n---\n" + Board,
        Bound("[messageboard/board]", "own.example") + "\n---\n" + Board,
        Bound("[board]", "'*.example'") + "\n---\n" + Board,
        Bound("[elsewhere]", "a.example"), // no file has a gateway
        Board + "\n---\n" + Board.With("name: board", "name: other").With("istio: ingressgateway", "istio: other"),
        Board + "\n---\n" + Board.With("name: board", "name: other").With("number: 80", "number: 8080"),
        Yaml.Routes("- route: [{destination: {host: two-ports, port: {number: 81}}}]") + "\n---\n" + Services,
        Yaml.Join(Yaml.Split(70, 30), Yaml.Rule, Bound("[mesh, board]", "a.board.example")),
        Yaml.Rule.With("cluster: ctx2", "version: v1") + "\n---\n" + Services,
        Yaml.Rule.With("cluster: ctx", "topology.istio.io/cluster: ctx") + "\n---\n" + Services,
        Yaml.Rule.With("host: user-service", "host: '*.messageboard.svc.cluster.local'") + "\n---\n" + Services,
        Yaml.Rule, // no file has a workload
        Tls("tls: {mode: SIMPLE, caCertificates: /a}"),
        Tls("tls: {mode: ISTIO_MUTUAL}"),
        Policy("user-service") + "\n---\n" + Services,
        Policy("uesr-service"),
        Yaml.Rule.With("host: user-service", "host: a.elsewhere.svc.cluster.local") + "\n---\n" + Services,
        Policy("a").With("app:", "role:") + "\n---\n" + Services,
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Warned))]
    public void What_is_hardly_meant_so_is_told_at_its_line(string code, string yaml, int line)
    {
        var warnings = WarningsOf(yaml);

        Assert.Contains((code, line), warnings.Select(warning => (warning.Code, warning.Line)));
        Assert.All(warnings.Where(warning => warning.Code is not null), warning => Assert.Equal(code, warning.Code));
    }

    [Theory]
    [MemberData(nameof(Well))]
    public void What_is_well_is_not_warned_of(string yaml) => Assert.Empty(WarningsOf(yaml));

    [Fact]
    public void One_host_of_two_VirtualServices_is_told_of_both()
    {
        _folder.Write("a.yaml", Yaml.Routes("- route: [{destination: {host: a}}]"));
        _folder.Write("b.yaml", Yaml.Routes("- route: [{destination: {host: a}}]", "user-service.messageboard.svc.cluster.local", "other"));
        _folder.Write("c.yaml", Yaml.Routes("- route: [{destination: {host: a}}]", "other.messageboard.svc.cluster.local", "third"));

        Assert.Equal([("IST0109", 6), ("IST0109", 6)], Warnings().Select(warning => (warning.Code, warning.Line)));
    }

    [Fact]
    public void What_a_folder_below_says_is_not_asked()
    {
        Directory.CreateDirectory(_folder["below"]);
        _folder.Write("a.yaml", Yaml.Rule);
        _folder.Write("below/b.yaml", Services.Replace("name: user-service", "name: other", StringComparison.Ordinal));
        Assert.Empty(Warnings());

        File.Move(_folder["below/b.yaml"], _folder["b.yaml"]);
        Assert.Equal([("IST0174", 6)], Warnings());
    }

    [Fact]
    public void Warnings_fail_only_when_that_is_wanted()
    {
        _folder.Write("a.yaml", Yaml.Routes(
            "- redirect: {uri: /a}\n- route: [{destination: {host: a}, weight: 1}, {destination: {host: b}, weight: 2}]"));
        var (code, output, _) = Run(_folder.Path);

        Assert.Equal(0, code);
        Assert.Contains($"    {_folder["a.yaml"]}:9: warning: spec.http[1] is not used", output, StringComparison.Ordinal);
        Assert.Contains("so its weights are of no account [IST0130]\n1 accepted, 1 warning\n", output, StringComparison.Ordinal);
        Assert.Equal(0, Run(_folder.Path, "--fail-on", "error").Code);
        Assert.Equal(1, Run(_folder.Path, "--fail-on", "warning").Code);
        Assert.DoesNotContain("warning", Run(_folder.Path, "--request", "http://user-service/").Output, StringComparison.Ordinal);
        Assert.Contains(
            "[IST0130]", Run(_folder.Path, "--fail-on", "warning", "--request", "http://user-service/").Output, StringComparison.Ordinal);
    }

    private static string Bound(string gateways, string host) => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: bound}
        spec:
          hosts: [{{host}}]
          gateways: {{gateways}}
          http:
            - route:
                - destination: {host: user-service}
        """;

    private static string Tls(string policy) => $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: a}
        spec:
          host: a.example
          trafficPolicy:
            {{policy}}
        """;

    private static string Policy(string app) => $$"""
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: a}
        spec:
          selector:
            matchLabels:
              app: {{app}}
        """;

    private (string? Code, int Line)[] WarningsOf(string yaml)
    {
        _folder.Write("a.yaml", yaml);
        return Warnings();
    }

    private (string? Code, int Line)[] Warnings()
    {
        using var json = JsonDocument.Parse(Run(_folder.Path, "--json").Output);
        return
        [
            .. json.RootElement.GetProperty("warnings").EnumerateArray()
                .Select(warning => (warning.GetProperty("code").GetString(), warning.GetProperty("line").GetInt32())),
        ];
    }
}

file static class Texts
{
    public static string With(this string yaml, string other, string instead) => yaml.Replace(other, instead, StringComparison.Ordinal);
}
