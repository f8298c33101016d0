using MessageBoard.Mesh.Tests.Forwarding;

namespace MessageBoard.Mesh.Tests.Egress;

/// <summary>Requests to hosts that the mesh does not know.</summary>
public sealed class OutboundTrafficTests : IAsyncLifetime
{
    private const string RegistryOnly = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |
            outboundTrafficPolicy: {mode: REGISTRY_ONLY}
        """;

    private TestBackend _outside = null!;

    public async ValueTask InitializeAsync() => _outside = await TestBackend.StartAsync("outside");

    public ValueTask DisposeAsync() => _outside.DisposeAsync();

    [Fact]
    public async Task They_go_on_to_the_host_itself_without_a_word_of_who_calls()
    {
        using var mesh = new EgressMesh();
        _outside.Answer = context =>
        {
            Assert.False(context.Request.Headers.ContainsKey("X-Mesh-Source"));
            return Task.CompletedTask;
        };

        foreach (var host in (string[])["127.0.0.1", "localhost"])
        {
            var answer = await mesh.GetAsync($"http://{host}:{_outside.Port}/a", ("X-Mesh-Source", "forged"));

            Assert.Equal((200, ""), (answer.Status, answer.Flags));
            Assert.Equal(("PassthroughCluster", "allow_any"), (answer.Explanation.Destination!.Host, answer.Explanation.Route!.Name));
            Assert.Equal($"{host}:{_outside.Port}", Assert.Single(answer.Explanation.Attempts).Endpoint);
        }

        Assert.Equal(2, _outside.Requests);
    }

    // They are tried once: Istio's route for them has no retries.
    [Fact]
    public async Task A_dead_host_is_a_connection_failure_and_is_tried_once()
    {
        using var mesh = new EgressMesh();

        var answer = await mesh.GetAsync($"http://127.0.0.1:{Repository.FreePort()}/");

        Assert.Equal((503, "UF"), (answer.Status, Assert.Single(answer.Explanation.Attempts).Flag));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("nobody.messageboard")]
    [InlineData("nobody.messageboard.svc")]
    [InlineData("nobody.messageboard.svc.cluster.local")]
    public async Task Names_of_the_cluster_never_go_out(string host)
    {
        using var mesh = new EgressMesh();

        var answer = await mesh.GetAsync($"http://{host}/");

        Assert.Equal((404, "NR"), (answer.Status, answer.Flags));
        Assert.Empty(answer.Explanation.Attempts);
    }

    [Theory]
    [InlineData("{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}", 502)]
    [InlineData("{outboundTrafficPolicy: {}}", 502)] // REGISTRY_ONLY is the enumeration's first word
    [InlineData("{outboundTrafficPolicy: {mode: ALLOW_ANY}}", 200)]
    [InlineData("{egress: [{hosts: ['./*']}]}", 200)] // the mesh's own setting holds
    [InlineData("{workloadSelector: {labels: {app: other}}, outboundTrafficPolicy: {mode: REGISTRY_ONLY}}", 200)]
    public async Task A_Sidecar_says_whether_they_go_out(string spec, int status)
    {
        using var mesh = new EgressMesh();
        mesh.Apply(Sidecar("a", "messageboard", spec));

        var answer = await mesh.GetAsync($"http://127.0.0.1:{_outside.Port}/");

        Assert.Equal((status, ""), (answer.Status, answer.Flags)); // BlackHoleCluster's answer has no flag
        Assert.Equal(status == 200 ? 1 : 0, _outside.Requests);
        Assert.Equal(status == 200 ? "allow_any" : "block_all", answer.Explanation.Route!.Name);
    }

    [Fact]
    public async Task The_nearest_Sidecar_is_in_force()
    {
        using var mesh = new EgressMesh(proxy: new() { Labels = new Dictionary<string, string> { ["app"] = "a" } });
        var target = $"http://127.0.0.1:{_outside.Port}/";
        var (any, only) = ("outboundTrafficPolicy: {mode: ALLOW_ANY}", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}");
        var root = Sidecar("root", "istio-system", $"{{{only}}}");
        var other = Sidecar("other", "elsewhere", $"{{{only}}}");
        var wide = Sidecar("wide", "messageboard", $"{{{any}}}");
        var own = Sidecar("own", "messageboard", $"{{workloadSelector: {{labels: {{app: a}}}}, {only}}}");

        mesh.Apply(other);
        Assert.Equal(200, (await mesh.GetAsync(target)).Status);
        mesh.Apply(root, other);
        Assert.Equal(502, (await mesh.GetAsync(target)).Status);
        mesh.Apply(root, wide);
        Assert.Equal(200, (await mesh.GetAsync(target)).Status);
        mesh.Apply(root, wide, own);
        Assert.Equal(502, (await mesh.GetAsync(target)).Status);
    }

    [Fact]
    public async Task An_egress_proxy_gets_what_nobody_knows()
    {
        using var mesh = new EgressMesh();
        mesh.Apply(
            Sidecar("a", "messageboard", "{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: egress, port: {number: 80}}}}"),
            EgressMesh.Service("egress.messageboard.svc.cluster.local", $$"""
                location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 80, name: http, targetPort: {{_outside.Port}} }],
                endpoints: [{address: 127.0.0.1}]
                """));

        Assert.Equal("outside GET any.example /a", (await mesh.GetAsync("http://any.example/a")).Body);
    }

    [Fact]
    public async Task With_REGISTRY_ONLY_known_hosts_go_out_at_their_ports_alone()
    {
        using var mesh = new EgressMesh();
        mesh.Apply(RegistryOnly, EgressMesh.Service("localhost", $"ports: [{{number: {_outside.Port}, name: http, protocol: HTTP}}]"));

        Assert.Equal(200, (await mesh.GetAsync($"http://localhost:{_outside.Port}/")).Status);
        Assert.Equal(502, (await mesh.GetAsync("http://localhost:81/")).Status);
        Assert.Equal(502, (await mesh.GetAsync($"http://127.0.0.1:{_outside.Port}/")).Status);
    }

    // https://istio.io/latest/docs/tasks/traffic-management/egress/wildcard-egress-hosts/
    [Fact]
    public async Task A_wildcard_lets_its_hosts_out_and_no_others()
    {
        using var mesh = new EgressMesh();
        mesh.Names["any.wikipedia.test"] = ["127.0.0.1"];
        mesh.Apply(RegistryOnly, EgressMesh.Service("*.wikipedia.test", $$"""
            resolution: DNS, endpoints: [{address: any.wikipedia.test, ports: {http: {{_outside.Port}} } }],
            ports: [{number: 80, name: http, protocol: HTTP}]
            """));

        foreach (var host in (string[])["en.wikipedia.test", "de.wikipedia.test"])
            Assert.Equal($"outside GET {host} /wiki", (await mesh.GetAsync($"http://{host}/wiki")).Body);

        Assert.Equal(502, (await mesh.GetAsync("http://wikipedia.example/")).Status);
    }

    [Fact]
    public async Task The_meshs_own_setting_holds_where_no_Sidecar_says_so()
    {
        using var mesh = new EgressMesh();
        mesh.Apply(RegistryOnly);
        Assert.Equal(502, (await mesh.GetAsync($"http://127.0.0.1:{_outside.Port}/")).Status);

        mesh.Apply(RegistryOnly, Sidecar("a", "messageboard", "{outboundTrafficPolicy: {mode: ALLOW_ANY}}"));
        Assert.Equal(200, (await mesh.GetAsync($"http://127.0.0.1:{_outside.Port}/")).Status);
    }

    private static string Sidecar(string name, string ns, string spec) => $$"""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: {{name}}, namespace: {{ns}} }
        spec: {{spec}}
        """;
}
