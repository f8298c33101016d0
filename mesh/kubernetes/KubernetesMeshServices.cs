using k8s;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Editing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes;

/// <summary>Registers the home of the mesh's configuration.</summary>
public static class KubernetesMeshServices
{
    /// <summary>
    /// Adds the <see cref="IMeshStore"/> that <c>Mesh:Source</c> names: <c>folder</c>, the default, is the folder <c>Mesh:Folder</c>
    /// with the in-process data plane that obeys it; <c>kubernetes</c> the API servers, where Istio's sidecars do. Then
    /// <c>Mesh:Namespace</c> is the namespace, <c>Mesh:Kubeconfig</c> and <c>Mesh:Context</c> say how to reach the own cluster
    /// (without either as a pod does), <c>Mesh:Remotes:CLUSTER:Kubeconfig</c> and <c>…:Context</c> how to reach each other one, and
    /// former versions are kept in <c>Mesh:VersionsFolder</c>. There <see cref="KubernetesPods"/> is too.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is missing, or none of those allowed.</exception>
    public static IServiceCollection AddMeshStore(this IServiceCollection services, IConfiguration configuration)
    {
        var mesh = configuration.GetSection("Mesh");
        switch (mesh["Source"])
        {
            case null or "" or "folder":
                return string.IsNullOrEmpty(mesh["Folder"])
                    ? throw new InvalidOperationException(
                        "Mesh:Folder is not set: it names the folder with Istio's YAML. On Kubernetes set Mesh:Source to 'kubernetes'.")
                    : services.AddMesh(configuration, isEditor: true);
            case "kubernetes":
                services.AddSingleton(provider => Create(provider, mesh));
                services.AddSingleton<IMeshStore>(provider => provider.GetRequiredService<KubernetesMesh>());
                services.AddSingleton(provider => new KubernetesPods(
                    ClustersOf(provider, mesh), provider.GetRequiredService<ILogger<KubernetesPods>>()));
                return services
                    .AddHostedService(provider => provider.GetRequiredService<KubernetesMesh>())
                    .AddHostedService(provider => provider.GetRequiredService<KubernetesPods>());
            case var other:
                throw new InvalidOperationException($"Mesh:Source is '{other}'; it has to be 'folder' or 'kubernetes'.");
        }
    }

    private static KubernetesMesh Create(IServiceProvider provider, IConfigurationSection mesh) => new(
        [.. ClustersOf(provider, mesh)],
        new(mesh["VersionsFolder"] ?? Path.Combine(Path.GetTempPath(), "messageboard", VersionStore.FolderName)),
        provider.GetRequiredService<MeshProxy>() with { Namespace = NamespaceOf(mesh) },
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<KubernetesMesh>>());

    // The pod's own namespace, in which short names are read.
    private static string NamespaceOf(IConfigurationSection mesh) => mesh["Namespace"] ?? HostNames.DefaultNamespace;

    // The gateway's own first.
    private static IEnumerable<ClusterApi> ClustersOf(IServiceProvider provider, IConfigurationSection mesh)
    {
        var ns = NamespaceOf(mesh);
        var remotes = mesh.GetSection("Remotes").GetChildren().ToList();
        if (remotes.Find(remote => remote["Kubeconfig"] is null && remote["Context"] is null) is { } nowhere)
            throw new InvalidOperationException($"{nowhere.Path} has neither Kubeconfig nor Context: how is {nowhere.Key} to be reached?");

        var own = provider.GetRequiredService<MeshProxy>().Labels["cluster"];
        return remotes
            .Select(remote => new ClusterApi(remote.Key, ns, () => Connect(remote["Kubeconfig"] ?? mesh["Kubeconfig"], remote["Context"])))
            .Prepend(new(own, ns, () => Connect(mesh["Kubeconfig"], mesh["Context"])));
    }

    private static k8s.Kubernetes Connect(string? kubeconfig, string? context) => new(
        kubeconfig is null && context is null
            ? KubernetesClientConfiguration.InClusterConfig()
            : KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, context));
}
