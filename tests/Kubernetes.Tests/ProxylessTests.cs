using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>Where there is no Istio: Services and pods of both clusters, as real API servers tell them.</summary>
[Collection(nameof(KubeApi))]
public sealed class ProxylessTests(KubeApi api) : IAsyncLifetime
{
    private TwoClusters _clusters = null!;

    public async ValueTask InitializeAsync()
    {
        _clusters = await TwoClusters.CreateAsync(api);
        if (!KubeApi.IsAvailable)
            return;

        foreach (var context in KubeApi.Contexts)
        {
            foreach (var service in (string[])["user-service", "message-service", "log-service", "redis"])
                await _clusters.KubectlAsync(context, "create", "service", "clusterip", service, "--tcp=80:8080");
        }
    }

    public ValueTask DisposeAsync() => _clusters.DisposeAsync();

    [KubeApiFact]
    public async Task A_service_has_the_ready_endpoints_of_both_clusters_by_their_pods_labels()
    {
        await ServeAsync("ctx1", "user-service", ("a", "10.1.0.1", true), ("b", "10.1.0.2", false));
        await ServeAsync("ctx2", "user-service", ("c", "10.2.0.1", true));
        var mesh = await StartAsync();

        Assert.Empty(mesh.Current.Problems);
        Assert.Equal(["10.1.0.1:8080"], EndpointsOf(mesh, "ctx1"));
        Assert.Equal(["10.2.0.1:8080"], EndpointsOf(mesh, "ctx2"));

        await ServeAsync("ctx2", "user-service", ("c", "10.2.0.1", true), ("d", "10.2.0.2", true));
        await Eventually.IsTrueAsync(() => EndpointsOf(mesh, "ctx2").Count == 2, "the new pod is called");
        await ServeAsync("ctx2", "user-service");
        await Eventually.IsTrueAsync(() => EndpointsOf(mesh, "ctx2").Count == 0, "none is called");
        Assert.Equal(["10.1.0.1:8080"], EndpointsOf(mesh, "ctx1"));
    }

    [KubeApiFact]
    public async Task A_pod_is_where_its_node_is_and_so_is_the_caller()
    {
        var (near, far) = ($"near-{_clusters.Namespace}", $"far-{_clusters.Namespace}");
        await api.ApplyAsync("ctx1", NodeOf(near, "north", "north-1"));
        await api.ApplyAsync("ctx2", NodeOf(far, "south", "south-1"));
        try
        {
            await api.ApplyAsync("ctx1", PodOn("me", near));
            await ServeAsync("ctx1", "user-service", node: near, ("a", "10.1.0.1", true));
            await ServeAsync("ctx2", "user-service", node: far, ("b", "10.2.0.1", true));
            var mesh = await StartAsync();

            var services = mesh.Workloads!.Services().Single(service => service.Key.Name == "user-service");
            Assert.Equal(["north/north-1", "south/south-1"], services.Endpoints!.Select(endpoint => endpoint.Locality));
            Assert.Equal(["ctx1", "ctx2"], services.Endpoints!.Select(endpoint => endpoint.Labels[TopologyLabels.Cluster]));
            Assert.Equal(["north", "south"], services.Endpoints!.Select(endpoint => endpoint.Labels[TopologyLabels.Region]));
            Assert.Equal("north/north-1", mesh.Workloads.Place(new() { Pod = "me", Node = near }).Locality);
        }
        finally
        {
            await api.KubectlAsync("--context", "ctx1", "delete", "node", near);
            await api.KubectlAsync("--context", "ctx2", "delete", "node", far);
        }
    }

    [KubeApiFact]
    public async Task An_edit_is_in_force_at_once_where_it_is_made()
    {
        await ServeAsync("ctx1", "user-service", ("a", "10.1.0.1", true));
        var meshes = new[] { await StartAsync("ctx1"), await StartAsync("ctx2") };

        for (var i = 0; i < 2; i++)
        {
            await _clusters.SetWeightAsync(KubeApi.Contexts[i], 55);
            var took = await Eventually.IsTrueAsync(() => TwoClusters.WeightIn(meshes[i]) == 55, "the weight is in force");
            Assert.True(took < TimeSpan.FromSeconds(1), $"took {took}");
        }
    }

    [KubeApiFact]
    public async Task What_cannot_be_carried_out_leaves_in_force_what_was_before()
    {
        var mesh = await StartAsync();
        await _clusters.PatchBothAsync("""[{"op":"replace","path":"/spec/http/0/timeout","value":"soon"}]""");
        await Eventually.IsTrueAsync(() => mesh.Current.Problems.Count > 0, "it is refused");

        var status = mesh.Current.Find(_clusters.UserService)!.Status;
        Assert.Equal(ResourceState.Refused, status.State);
        Assert.Contains("spec.http[0].timeout", status.Problems.Single().Message);
        Assert.Equal(70, TwoClusters.WeightIn(mesh));
    }

    [KubeApiFact]
    public async Task Policies_hold_and_before_they_are_known_nobody_is_let_in()
    {
        await api.ApplyAsync("ctx1", $$"""
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: { name: only-gateway, namespace: "{{_clusters.Namespace}}" }
            spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/messageboard/sa/gateway] } }] }] }
            """);
        var mesh = await StartAsync();
        Assert.True(IsAllowed(mesh, "gateway"));
        Assert.False(IsAllowed(mesh, "log-service"));

        await using var gone = await ApiServerProxy.StartAsync(await api.ServerAsync("ctx1"));
        gone.OnRequest = _ => Task.FromResult<int?>(503);
        var config = _clusters.WriteKubeconfig("ctx1", gone.Address, await _clusters.AdminTokenAsync());
        var unknowing = await _clusters.StartProxylessAsync("ctx1", ("ctx1", config));
        Assert.False(unknowing.IsKnown);
        Assert.False(IsAllowed(unknowing, "gateway"));

        gone.OnRequest = _ => Task.FromResult<int?>(null);
        await Eventually.IsTrueAsync(() => unknowing.IsKnown && IsAllowed(unknowing, "gateway"), "it is known then", seconds: 30);
    }

    [KubeApiFact]
    public async Task An_API_server_that_goes_away_leaves_its_endpoints_as_last_known()
    {
        await ServeAsync("ctx1", "user-service", ("a", "10.1.0.1", true));
        await ServeAsync("ctx2", "user-service", ("c", "10.2.0.1", true));
        var mesh = await StartAsync();
        try
        {
            await api.StopServerAsync("ctx2");
            await Eventually.IsTrueAsync(() => mesh.Clusters[1].StaleSince is not null, "it is missed", seconds: 60);
            await ServeAsync("ctx1", "user-service", ("a", "10.1.0.1", true), ("b", "10.1.0.2", true));
            await Eventually.IsTrueAsync(() => EndpointsOf(mesh, "ctx1").Count == 2, "the other cluster goes on");

            Assert.Equal(["10.2.0.1:8080"], EndpointsOf(mesh, "ctx2"));
        }
        finally
        {
            await api.StartServerAsync("ctx2");
        }

        await ServeAsync("ctx2", "user-service", ("d", "10.2.0.9", true));
        await Eventually.IsTrueAsync(() => EndpointsOf(mesh, "ctx2") is ["10.2.0.9:8080"], "it is known again", seconds: 60);
    }

    [KubeApiFact]
    public async Task A_service_without_endpoints_of_its_own_gets_those_of_the_other_cluster()
    {
        await ServeAsync("ctx2", "redis", ("redis-0", "10.2.0.7", true));
        var mesh = await StartAsync();
        using var imports = new EndpointImports(mesh.Workloads!, NullLogger<EndpointImports>.Instance);
        await imports.StartAsync(default);
        await IsImportedAsync("10.2.0.7");

        await ServeAsync("ctx2", "redis", ("redis-0", "10.2.0.8", true));
        await IsImportedAsync("10.2.0.8");
        Assert.Equal(["10.2.0.8:8080"], EndpointsOf(mesh, null, "redis")); // once, not again as an endpoint of ctx1

        await ServeAsync("ctx1", "redis", ("redis-1", "10.1.0.7", true));
        await IsImportedAsync("");
        await imports.StopAsync(default);

        Task IsImportedAsync(string addresses) => Eventually.IsTrueAsync(
            async () => await _clusters.KubectlAsync(
                "ctx1", "get", "endpointslices", "-l", "endpointslice.kubernetes.io/managed-by=messageboard",
                "-o", "jsonpath={.items[*].endpoints[*].addresses[*]}") == addresses,
            $"'{addresses}' is imported");
    }

    private async Task<KubernetesMesh> StartAsync(string context = "ctx1")
    {
        var mesh = await _clusters.StartProxylessAsync(context);
        await Eventually.IsTrueAsync(
            () => TwoClusters.WeightIn(mesh) is not null && mesh.Clusters.All(cluster => cluster.StaleSince is null), "all is known");
        return mesh;
    }

    private static bool IsAllowed(KubernetesMesh mesh, string account) => mesh.Current.Authorization.Decide(
        new InboundRequest($"cluster.local/ns/messageboard/sa/{account}", "user-service", "GET", "/api/users/ping", _ => null)).IsAllowed;

    private static List<string> EndpointsOf(KubernetesMesh mesh, string? subset, string service = "user-service") =>
        [.. mesh.Workloads!.Services().Single(known => known.Key.Name == service).Endpoints!
            .Where(endpoint => subset is null || endpoint.Labels.GetValueOrDefault("cluster") == subset)
            .Select(endpoint => $"{endpoint.Address}:{endpoint.Ports["80-8080"]}")];

    private Task ServeAsync(string context, string service, params (string Pod, string Address, bool IsReady)[] pods) =>
        ServeAsync(context, service, null, pods);

    // What Deployment, kubelet and the EndpointSlice controller would do.
    private async Task ServeAsync(string context, string service, string? node, params (string Pod, string Address, bool IsReady)[] pods)
    {
        foreach (var (pod, _, _) in pods)
            await api.ApplyAsync(context, PodOn(pod, node, context));

        await api.ApplyAsync(context, $$"""
            apiVersion: discovery.k8s.io/v1beta1
            kind: EndpointSlice
            metadata:
              name: "{{service}}-x"
              namespace: "{{_clusters.Namespace}}"
              labels: { kubernetes.io/service-name: "{{service}}" }
            addressType: IPv4
            ports: [{ name: "80-8080", port: 8080, protocol: TCP }]
            endpoints: [{{string.Join(", ", pods.Select(pod => $$"""
              { addresses: ["{{pod.Address}}"], conditions: { ready: {{(pod.IsReady ? "true" : "false")}} },
                targetRef: { kind: Pod, name: "{{pod.Pod}}" }, topology: { kubernetes.io/hostname: "{{node ?? "somewhere"}}" } }
              """))}}]
            """);
    }

    private string PodOn(string name, string? node, string cluster = "ctx1") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: "{{name}}", namespace: "{{_clusters.Namespace}}", labels: { cluster: "{{cluster}}" } }
        spec:
          automountServiceAccountToken: false
          {{(node is null ? "" : $"nodeName: {node}")}}
          containers: [{ name: app, image: none }]
        """;

    private static string NodeOf(string name, string region, string zone) => $$"""
        apiVersion: v1
        kind: Node
        metadata:
          name: "{{name}}"
          labels: { topology.kubernetes.io/region: "{{region}}", topology.kubernetes.io/zone: "{{zone}}" }
        """;
}
