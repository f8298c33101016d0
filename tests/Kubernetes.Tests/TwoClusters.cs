using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>A namespace of its own in both API servers with the project's own istio/ in it, and stores that read it.</summary>
internal sealed class TwoClusters(KubeApi api, string ns) : IAsyncDisposable
{
    public static readonly EditOrigin Admin = new("admin", "yaml");

    private readonly TemporaryFolder _folder = new();
    private readonly List<KubernetesMesh> _meshes = [];

    public string Namespace => ns;

    public ResourceKey UserService => new("VirtualService", Namespace, "user-service");

    public static async Task<TwoClusters> CreateAsync(KubeApi api) => new(api, KubeApi.IsAvailable ? await api.NewMeshAsync() : "");

    /// <summary>A store of both clusters that has listed everything.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public async Task<KubernetesMesh> StartFreshAsync(params (string Context, string Kubeconfig)[] kubeconfigs)
    {
        var mesh = await StartAsync(kubeconfigs);
        await AreFreshAsync(mesh);
        return mesh;
    }

    /// <summary>A store of both clusters.</summary>
    /// <param name="kubeconfigs">Kubeconfigs for some of the contexts, in the place of the admin's.</param>
    public Task<KubernetesMesh> StartAsync(params (string Context, string Kubeconfig)[] kubeconfigs) =>
        RunAsync(new(
            [.. Apis(kubeconfigs)], new(_folder["versions"]), new() { Namespace = ns }, TimeProvider.System,
            NullLogger<KubernetesMesh>.Instance));

    /// <summary>What obeys both clusters itself, as the pod <c>me</c> of ctx1, or of ctx2 as a service does.</summary>
    /// <param name="context">The cluster it runs in.</param>
    /// <param name="kubeconfigs">Kubeconfigs for some of the contexts, in the place of the admin's.</param>
    public Task<KubernetesMesh> StartProxylessAsync(string context = "ctx1", params (string Context, string Kubeconfig)[] kubeconfigs)
    {
        ClusterApi[] apis = [.. Apis(kubeconfigs).OrderBy(cluster => cluster.Cluster != context)];
        return RunAsync(new(
            context == "ctx1" ? apis : apis[..1], new(_folder["versions"]), new() { Namespace = ns, Pod = "me" }, TimeProvider.System,
            NullLogger<KubernetesMesh>.Instance, apis, isEditor: context == "ctx1"));
    }

    private async Task<KubernetesMesh> RunAsync(KubernetesMesh mesh)
    {
        _meshes.Add(mesh);
        await mesh.StartAsync(default);
        return mesh;
    }

    /// <summary>The API servers of both clusters.</summary>
    /// <param name="kubeconfigs">Kubeconfigs for some of the contexts, in the place of the admin's.</param>
    public IEnumerable<ClusterApi> Apis(params (string Context, string Kubeconfig)[] kubeconfigs) =>
        KubeApi.Contexts.Select(context => new ClusterApi(
            context,
            ns,
            () => new Kubernetes(
                KubernetesClientConfiguration.BuildConfigFromConfigFile(
                    kubeconfigs.FirstOrDefault(other => other.Context == context).Kubeconfig ?? api.Kubeconfig, context),
                new CoreGroup())));

    /// <summary>Ends when both clusters are known, and what they say is in force.</summary>
    public static Task AreFreshAsync(KubernetesMesh mesh) => Eventually.IsTrueAsync(
        () => mesh.Clusters.All(cluster => cluster.StaleSince is null) && WeightIn(mesh) is not null, "both clusters are known");

    /// <summary>Writes a kubeconfig.</summary>
    public string WriteKubeconfig(string context, string server, string token)
    {
        var name = $"{context}-{Guid.NewGuid():N}";
        _folder.Write(name, KubeApi.KubeconfigOf(context, server, token));
        return _folder[name];
    }

    /// <summary>The token of a new service account that may do these things with the mesh's resources in the namespace.</summary>
    public async Task<string> TokenOfAsync(string context, string verbs)
    {
        await KubectlAsync(context, "create", "serviceaccount", "reader");
        await KubectlAsync(
            context, "create", "role", "reader", $"--verb={verbs}",
            "--resource=virtualservices.networking.istio.io,destinationrules.networking.istio.io,httproutes.gateway.networking.k8s.io");
        await KubectlAsync(context, "create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={Namespace}:reader");
        return (await KubectlAsync(context, "create", "token", "reader")).Trim();
    }

    /// <summary>What the admin's kubeconfig has.</summary>
    public Task<string> AdminTokenAsync() => api.KubectlAsync("config", "view", "--raw", "-o", "jsonpath={.users[0].user.token}");

    public Task<string> KubectlAsync(string context, params string[] args) => api.KubectlAsync(["--context", context, "-n", ns, .. args]);

    /// <summary>Of the VirtualService user-service.</summary>
    public Task<string> FieldAsync(string context, string path) =>
        KubectlAsync(context, "get", "vs", "user-service", "-o", $"jsonpath={path}");

    public Task<string> WeightAsync(string context) => FieldAsync(context, "{.spec.http[0].route[*].weight}");

    public Task PatchAsync(string context, string patch) =>
        KubectlAsync(context, "patch", "vs", "user-service", "--type=json", "-p", patch);

    public Task PatchBothAsync(string patch) => Task.WhenAll(KubeApi.Contexts.Select(context => PatchAsync(context, patch)));

    public Task SetWeightAsync(string context, int weight) =>
        PatchAsync(context, $$"""[{"op":"replace","path":"/spec/http/0/route/0/weight","value":{{weight}}}]""");

    public static int? WeightIn(IMeshStore mesh) => mesh.Current.DefaultRouteOf("user-service")?.Weights?["ctx1"];

    public async ValueTask DisposeAsync()
    {
        foreach (var mesh in _meshes)
        {
            await mesh.StopAsync(default);
            mesh.Dispose();
        }

        _folder.Dispose();
    }
}
