namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>HTTPRoutes in real API servers.</summary>
[Collection(nameof(KubeApi))]
public sealed class HttpRouteTests(KubeApi api) : IAsyncLifetime
{
    private TwoClusters _clusters = null!;

    public async ValueTask InitializeAsync() => _clusters = await TwoClusters.CreateAsync(api);

    public ValueTask DisposeAsync() => _clusters.DisposeAsync();

    [KubeApiFact]
    public async Task An_HTTPRoute_steers_its_service_and_its_weights_are_edited_in_both_clusters()
    {
        using var folder = new TemporaryFolder();
        folder.Write("route.yaml", """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: split}
            spec:
              parentRefs: [{group: "", kind: Service, name: user-service}]
              rules:
                - backendRefs:
                    - {name: user-service-ctx1, port: 80, weight: 90}
                    - {name: user-service-ctx2, port: 80, weight: 10}
            """);
        foreach (var context in KubeApi.Contexts)
            await _clusters.KubectlAsync(context, "apply", "-f", folder["route.yaml"]);

        var mesh = await _clusters.StartFreshAsync();
        await Eventually.IsTrueAsync(() => TwoClusters.WeightIn(mesh) == 90, "the HTTPRoute is in force");
        var resource = mesh.Current.DefaultRouteOf("user-service")!.Service;
        Assert.Equal($"HTTPRoute {_clusters.Namespace}/split", resource.ToString());

        var edit = new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 25, ["ctx2"] = 75 });
        Assert.IsType<EditResult.Done>(await mesh.EditRouteAsync("user-service", edit, null, "admin", default));
        foreach (var context in KubeApi.Contexts)
            Assert.Equal("25 75", await WeightsAsync(context));

        Assert.IsType<EditResult.Done>(await mesh.UndoAsync(resource, null, null, "admin", default));
        Assert.Equal("90 10", await WeightsAsync("ctx2"));

        await _clusters.KubectlAsync("ctx1", "delete", "httproute", "split");
        await Eventually.IsTrueAsync(() => TwoClusters.WeightIn(mesh) == 70, "the VirtualService is in force again");
    }

    [KubeApiFact]
    public async Task A_cluster_without_the_CRD_has_no_HTTPRoutes_and_is_fresh()
    {
        await using var proxy = await ApiServerProxy.StartAsync(await api.ServerAsync("ctx1"));
        proxy.OnRequest = request => Task.FromResult<int?>(
            request.Path.Value!.Contains("gateway.networking.k8s.io", StringComparison.Ordinal) ? 404 : null);
        var kubeconfig = _clusters.WriteKubeconfig("ctx1", proxy.Address, await _clusters.AdminTokenAsync());

        var mesh = await _clusters.StartFreshAsync(("ctx1", kubeconfig));

        Assert.Equal(70, TwoClusters.WeightIn(mesh));
        Assert.Empty(mesh.Current.Problems);
    }

    private Task<string> WeightsAsync(string context) =>
        _clusters.KubectlAsync(context, "get", "httproute", "split", "-o", "jsonpath={.spec.rules[0].backendRefs[*].weight}");
}
