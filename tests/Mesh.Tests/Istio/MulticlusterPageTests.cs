using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Tests.Forwarding;
using MessageBoard.Mesh.Tests.Loading;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Tests.Istio;

/// <summary>
/// The examples of https://istio.io/latest/docs/ops/configuration/traffic-management/multicluster/ as they stand there, with a server in
/// each of its two clusters.
/// </summary>
public sealed class MulticlusterPageTests : IAsyncLifetime
{
    private const string Host = "mysvc.myns.svc.cluster.local";

    private const string Subsets = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: mysvc-per-cluster-dr
        spec:
          host: mysvc.myns.svc.cluster.local
          subsets:
          - name: cluster-1
            labels:
              topology.istio.io/cluster: cluster-1
          - name: cluster-2
            labels:
              topology.istio.io/cluster: cluster-2
        """;

    private const string ClusterLocal = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: mysvc-cluster-local-vs
        spec:
          hosts:
          - mysvc.myns.svc.cluster.local
          http:
          - name: "cluster-1-local"
            match:
            - sourceLabels:
                topology.istio.io/cluster: "cluster-1"
            route:
            - destination:
                host: mysvc.myns.svc.cluster.local
                subset: cluster-1
          - name: "cluster-2-local"
            match:
            - sourceLabels:
                topology.istio.io/cluster: "cluster-2"
            route:
            - destination:
                host: mysvc.myns.svc.cluster.local
                subset: cluster-2
        """;

    // What the page calls "shifting", with its subsets.
    private const string Shifting = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: mysvc-shifting
        spec:
          hosts:
          - mysvc.myns.svc.cluster.local
          http:
          - route:
            - destination:
                host: mysvc.myns.svc.cluster.local
                subset: cluster-1
              weight: 0
            - destination:
                host: mysvc.myns.svc.cluster.local
                subset: cluster-2
              weight: 100
        """;

    private const string Mirroring = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: mysvc-mirroring
        spec:
          hosts:
          - mysvc.myns.svc.cluster.local
          http:
          - route:
            - destination:
                host: mysvc.myns.svc.cluster.local
                subset: cluster-1
            mirror:
              host: mysvc.myns.svc.cluster.local
              subset: cluster-2
        """;

    // The page's three ways to keep traffic in a cluster, and its exception.
    private const string OneService = """
        serviceSettings:
        - settings:
            clusterLocal: true
          hosts:
          - "mysvc.myns.svc.cluster.local"
        """;

    private const string OneNamespace = """
        serviceSettings:
        - settings:
            clusterLocal: true
          hosts:
          - "*.myns.svc.cluster.local"
        """;

    private const string WholeMesh = """
        serviceSettings:
        - settings:
            clusterLocal: true
          hosts:
          - "*"
        """;

    private const string AllButOneNamespace = """
        serviceSettings:
        - settings:
            clusterLocal: true
          hosts:
          - "*"
        - settings:
            clusterLocal: false
          hosts:
          - "*.myns.svc.cluster.local"
        """;

    private TestBackend _one = null!, _two = null!;

    public async ValueTask InitializeAsync() =>
        (_one, _two) = (await TestBackend.StartAsync("cluster-1"), await TestBackend.StartAsync("cluster-2"));

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task By_default_callers_of_both_clusters_reach_both()
    {
        Assert.Equal(["cluster-1", "cluster-2"], await WhoAnswersAsync("cluster-1"));
        Assert.Equal(["cluster-1", "cluster-2"], await WhoAnswersAsync("cluster-2"));
    }

    [Theory]
    [InlineData("cluster-1")]
    [InlineData("cluster-2")]
    public async Task Partitioning_keeps_traffic_in_the_callers_cluster(string caller) =>
        Assert.Equal([caller], await WhoAnswersAsync(caller, Subsets, ClusterLocal));

    [Theory]
    [InlineData("cluster-1")]
    [InlineData("cluster-2")]
    public async Task Traffic_is_shifted_to_a_cluster(string caller) =>
        Assert.Equal(["cluster-2"], await WhoAnswersAsync(caller, Subsets, Shifting));

    [Fact]
    public async Task Traffic_is_mirrored_to_a_cluster()
    {
        Assert.Equal(["cluster-1"], await WhoAnswersAsync("cluster-1", Subsets, Mirroring));
        await Eventually.IsTrueAsync(() => _two.Requests == 20, "all are mirrored");
    }

    [Theory]
    [InlineData(OneService, "cluster-1")]
    [InlineData(OneService, "cluster-2")]
    [InlineData(OneNamespace, "cluster-1")]
    [InlineData(WholeMesh, "cluster-2")]
    public async Task What_is_cluster_local_is_reached_in_the_callers_cluster_alone(string settings, string caller) =>
        Assert.Equal([caller], await WhoAnswersAsync(caller, MeshConfig(settings)));

    [Theory]
    [InlineData(AllButOneNamespace)]
    [InlineData("""
        serviceSettings:
        - settings:
            clusterLocal: true
          hosts:
          - "*.myns.svc.cluster.local"
          - "other.myns.svc.cluster.local"
        - settings: {clusterLocal: false}
          hosts: ["mysvc.myns.svc.cluster.local"]
        """)]
    public async Task The_most_specific_host_says_whether_it_is_cluster_local(string settings) =>
        Assert.Equal(["cluster-1", "cluster-2"], await WhoAnswersAsync("cluster-1", MeshConfig(settings)));

    [Fact]
    public void What_else_the_mesh_is_told_is_read_or_said()
    {
        var file = ResourceFile.Read("a.yaml", MeshConfig("""
            trustDomain: cluster.local
            localityLbSetting: {enabled: false}
            h2UpgradePolicy: UPGRADE
            """));

        var status = Assert.Single(file.Statuses);
        Assert.Equal(ResourceState.Accepted, status.State);
        Assert.Equal(
            [(9, "trustDomain is not carried out by the local mesh")],
            status.NotCarriedOut.Select(note => (note.Line!.Value, note.Message)));
        var config = Assert.IsType<MeshConfig>(Assert.Single(file.Resources));
        Assert.False(config.Locality!.Enabled);
        Assert.True(config.H2Upgrade);
    }

    [Theory]
    [InlineData("serviceSettings: [{hosts: ['a b']}]", "serviceSettings[0].hosts[0] 'a b' is no host name")]
    [InlineData("serviceSettings: [{settings: {clusterlocal: true}}]", "serviceSettings[0].settings.clusterlocal is not a field")]
    [InlineData("zoneAwareLbSetting: {failover: [{from: a, to: a}]}", "zoneAwareLbSetting.failover[0].to has to be another region")]
    [InlineData("h2UpgradePolicy: DEFAULT", "h2UpgradePolicy")]
    [InlineData("a: b: c", "data.mesh is no YAML")]
    [InlineData("- a", "data.mesh has to be the text of one mapping")]
    public void What_is_wrong_in_it_is_refused(string settings, string message) =>
        ResourceFile.Read("a.yaml", MeshConfig(settings)).IsRefused(message);

    [Fact]
    public void Other_ConfigMaps_are_passed_over()
    {
        var file = ResourceFile.Read("a.yaml", MeshConfig("a: b: c").Replace("istio-system", "other", StringComparison.Ordinal));

        Assert.Empty(file.Problems);
        Assert.Equal(ResourceState.PassedOver, Assert.Single(file.Statuses).State);
    }

    private static string MeshConfig(string settings) => $"""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: istio
          namespace: istio-system
        data:
          meshNetworks: "networks: {"{}"}"
          mesh: |-
        {string.Join('\n', settings.Split('\n').Select(line => $"    {line}"))}
        """;

    private async Task<IEnumerable<string>> WhoAnswersAsync(string caller, params string[] documents)
    {
        var file = ResourceFile.Read("a.yaml", Yaml.Join([Service, Workload(_one), Workload(_two), .. documents]));
        Assert.Empty(file.Problems);
        var snapshot = MeshSnapshot.Create(file.Resources, [], new() { Locality = caller });
        Assert.Empty(snapshot.Problems);

        using var client = new HttpMessageInvoker(
            new MeshHandler(new MeshRuntime(() => snapshot, TimeProvider.System), TimeProvider.System, new(), null));
        var clusters = new SortedSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Host}/");
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            clusters.Add(body.Split(' ')[0]);
        }

        return clusters;
    }

    private const string Service = $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: mysvc, namespace: myns}
        spec:
          hosts: [{{Host}}]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP}]
          workloadSelector: {labels: {app: mysvc} }
        """;

    private static string Workload(TestBackend backend) => $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: {{backend.Name}}, namespace: myns}
        spec: {address: 127.0.0.1, ports: {http: {{backend.Port}} }, labels: {app: mysvc}, locality: {{backend.Name}} }
        """;
}
