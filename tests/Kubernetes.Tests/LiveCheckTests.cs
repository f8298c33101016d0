using MessageBoard.MeshCheck;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>mesh-check against real API servers of its own: it tells of all that is wrong in a cluster, others' tests' too.</summary>
public sealed class LiveCheckTests(KubeApi api) : IClassFixture<KubeApi>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private string _namespace = "";

    private static readonly string Services = string.Join(
        "\n---\n",
        from app in (string[])["user-service", "message-service", "log-service"]
        select $$"""
            apiVersion: v1
            kind: Service
            metadata: {name: {{app}}, namespace: messageboard}
            spec: {ports: [{name: http, port: 80}]}
            """);

    private string Host => $"user-service.{_namespace}.svc.cluster.local";

    public async ValueTask InitializeAsync() => _namespace = KubeApi.IsAvailable ? await api.NewMeshAsync(_ => Services) : "";

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [KubeApiFact]
    public async Task What_is_not_the_same_in_two_clusters_is_told()
    {
        await api.ApplyAsync("ctx2", Split(60, 40));
        await api.KubectlAsync("--context", "ctx1", "delete", "-n", _namespace, "destinationrule", "log-service");
        var (code, output, _) = Run("--context", "ctx1", "--context", "ctx2");

        Assert.Equal(0, code);
        Assert.Contains("ctx1: ", output, StringComparison.Ordinal);
        Assert.Contains(
            $"VirtualService {_namespace}/user-service: spec.http[0].route[0].weight is '70' in ctx1 and '60' in ctx2", output,
            StringComparison.Ordinal);
        Assert.Contains($"DestinationRule {_namespace}/log-service is not in ctx1", output, StringComparison.Ordinal);
        Assert.DoesNotContain($"{_namespace}/message-service", output, StringComparison.Ordinal);
        Assert.Contains(
            $"is not well: VirtualService {_namespace}/log-service: spec.http[0].route: no DestinationRule", output,
            StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void Requests_and_tests_are_asked_of_the_clusters()
    {
        _folder.Write("t.yaml", Test);
        var (code, output, _) = Run(
            "--context", "ctx1", "--context", "ctx2", "--request", $"http://{Host}/", "--tests", _folder["t.yaml"], "--junit",
            _folder["junit.xml"]);

        Assert.Equal(0, code);
        Assert.Contains($"by VirtualService {_namespace}/user-service, http[0] 'default'", output, StringComparison.Ordinal);
        Assert.Contains($"ctx2/virtualservices/{_namespace}/user-service:", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split("1 test with 1 request: 1 passed, 0 failed").Length - 1);
        Assert.Equal(2, File.ReadAllText(_folder["junit.xml"]).Split("<testcase").Length - 1);
    }

    // Their issue 68, https://github.com/getyourguide/istio-config-validator/issues/68.
    [KubeApiFact]
    public void Files_that_break_the_route_of_another_resource_fail()
    {
        _folder.Write("rule.yaml", Rule("ctx1", "canary"));
        _folder.Write("t.yaml", Test);
        var (code, output, _) = Run("--context", "ctx1", _folder["rule.yaml"], "--tests", _folder["t.yaml"]);

        Assert.Equal(1, code);
        Assert.Contains(
            $"is not well with the files: VirtualService {_namespace}/user-service: spec.http[0].route", output, StringComparison.Ordinal);
        Assert.Contains($"breaks routes of others: GET http://{Host}/", output, StringComparison.Ordinal);
        Assert.DoesNotContain("changes its own routes", output, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void Files_may_change_their_own_routes()
    {
        _folder.Write("split.yaml", Split(50, 50));
        _folder.Write("t.yaml", Test);
        var (code, output, _) = Run("--context", "ctx1", _folder["split.yaml"]);

        Assert.Equal(0, code);
        Assert.Contains($"changes its own routes: GET http://{Host}/ to now 70 %", output, StringComparison.Ordinal);
        Assert.Contains("then 50 %", output, StringComparison.Ordinal);
        Assert.DoesNotContain("is not well", output, StringComparison.Ordinal);

        (code, output, _) = Run("--context", "ctx1", _folder["split.yaml"], "--tests", _folder["t.yaml"]);
        Assert.Equal(1, code);
        Assert.Contains($"Tests that only the files break: a split ({_folder["t.yaml"]}:2)", output, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void A_cluster_that_is_away_is_told_and_the_others_are_checked()
    {
        _folder.Write("away", KubeApi.KubeconfigOf("away", "http://127.0.0.1:1", "token"));
        var (code, output, error) = Run(
            "--kubeconfig", $"{api.Kubeconfig}:{_folder["away"]}", "--context", "away", "--context", "ctx1", "--context", "nowhere");

        Assert.Equal(2, code);
        Assert.Contains("cluster: away does not answer", error, StringComparison.Ordinal);
        Assert.Contains("cluster: nowhere", error, StringComparison.Ordinal);
        Assert.Contains("ctx1: ", output, StringComparison.Ordinal);
    }

    private string Test => $$"""
        testCases:
          - description: a split
            wantMatch: true
            request: {authority: [{{Host}}], method: [GET], uri: [/]}
            weights: {ctx1: 70, ctx2: 30}
        """;

    private string Split(int ctx1, int ctx2) => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: user-service, namespace: {{_namespace}}}
        spec:
          hosts: [user-service]
          http:
            - name: default
              route:
                - {destination: {host: user-service, subset: ctx1}, weight: {{ctx1}}}
                - {destination: {host: user-service, subset: ctx2}, weight: {{ctx2}}}
              timeout: 1s
        """;

    private string Rule(params string[] subsets) => $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: user-service, namespace: {{_namespace}}}
        spec:
          host: user-service
          subsets: [{{string.Join(", ", subsets.Select(subset => $"{{name: {subset}, labels: {{cluster: {subset}}}}}"))}}]
        """;

    // Words only: lines are broken where a name is long.
    private (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = Command.Run(args.Contains("--kubeconfig") ? args : ["--kubeconfig", api.Kubeconfig, .. args], output, error);
        return (code, Words(output), Words(error));

        static string Words(StringWriter text) =>
            string.Join(' ', text.ToString().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }
}
