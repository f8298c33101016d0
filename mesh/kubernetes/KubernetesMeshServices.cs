using k8s;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Editing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes;

/// <summary>Registers the home of the mesh's configuration.</summary>
public static class KubernetesMeshServices
{
    /// <summary>
    /// Adds the <see cref="IMeshStore"/> that <c>Mesh:Source</c> names: <c>folder</c>, the default, is the folder <c>Mesh:Folder</c>
    /// with the in-process data plane that obeys it; <c>kubernetes</c> the API servers. Then <c>Mesh:DataPlane</c> says who obeys:
    /// <c>sidecar</c>, the default, Istio's; <c>proxyless</c> the in-process data plane, whose callers sign who they are with
    /// <c>Mesh:IdentityKey</c>. <c>Mesh:Namespace</c> is the namespace, <c>Mesh:Kubeconfig</c> and <c>Mesh:Context</c> say how to reach
    /// the own cluster (without either as a pod does), <c>Mesh:Remotes:CLUSTER:Kubeconfig</c> and <c>…:Context</c> how to reach each other
    /// one, and former versions are kept in <c>Mesh:VersionsFolder</c>. There <see cref="KubernetesPods"/> is too.
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
                services.AddKubernetes(configuration, isEditor: true);
                services.AddSingleton(provider => new KubernetesPods(
                    ClustersOf(provider, mesh), provider.GetRequiredService<ILogger<KubernetesPods>>()));
                services.AddHostedService(provider => provider.GetRequiredService<KubernetesPods>());
                if (IsProxyless(mesh))
                    services.AddHostedService(provider => new EndpointImports(
                        provider.GetRequiredService<KubernetesMesh>().Workloads!, provider.GetRequiredService<ILogger<EndpointImports>>()));

                return services;
            case var other:
                throw new InvalidOperationException($"Mesh:Source is '{other}'; it has to be 'folder' or 'kubernetes'.");
        }
    }

    /// <summary>
    /// Adds the mesh to a process that edits nothing: that of the folder <c>Mesh:Folder</c>, or, with <c>Mesh:DataPlane</c>
    /// <c>proxyless</c>, that of the API servers (see <see cref="AddMeshStore"/>). With neither it has none of its own: on Kubernetes
    /// Istio's sidecar is its mesh.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is missing, or none of those allowed.</exception>
    public static IServiceCollection AddServiceMesh(this IServiceCollection services, IConfiguration configuration) =>
        IsProxyless(configuration.GetSection("Mesh"))
            ? services.AddKubernetes(configuration, isEditor: false)
            : services.AddMesh(configuration);

    private static IServiceCollection AddKubernetes(this IServiceCollection services, IConfiguration configuration, bool isEditor)
    {
        var mesh = configuration.GetSection("Mesh");
        var isProxyless = IsProxyless(mesh);
        var (ns, node) = (NamespaceOf(mesh), configuration["NODE_NAME"]);
        services.AddSingleton(provider => Create(
            provider, mesh, provider.GetRequiredService<MeshProxy>() with { Namespace = ns, Node = node }, isProxyless, isEditor));
        services.AddSingleton<IMeshStore>(provider => provider.GetRequiredService<KubernetesMesh>());
        services.AddHostedService(provider => provider.GetRequiredService<KubernetesMesh>());
        if (!isProxyless)
            return services;

        if (string.IsNullOrEmpty(mesh["IdentityKey"]))
            throw new InvalidOperationException("Mesh:IdentityKey is not set: callers sign with it who they are.");

        services.AddHealthChecks().AddCheck<MeshKnown>("mesh");
        return services.AddDataPlane(configuration);
    }

    private static bool IsProxyless(IConfigurationSection mesh) => mesh["DataPlane"] switch
    {
        null or "" or "sidecar" => false,
        "proxyless" => true,
        var other => throw new InvalidOperationException($"Mesh:DataPlane is '{other}'; it has to be 'sidecar' or 'proxyless'."),
    };

    private static KubernetesMesh Create(
        IServiceProvider provider, IConfigurationSection mesh, MeshProxy proxy, bool isProxyless, bool isEditor)
    {
        ClusterApi[] clusters = [.. ClustersOf(provider, mesh)];
        return new(
            isEditor ? clusters : clusters[..1],
            new(mesh["VersionsFolder"] ?? Path.Combine(Path.GetTempPath(), "messageboard", VersionStore.FolderName)),
            proxy,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<KubernetesMesh>>(),
            isProxyless ? clusters : null,
            isEditor,
            provider.GetService<MeshCaller>() is not null);
    }

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

    // A pod that has just started and was told nothing yet can send no request on its way.
    private sealed class MeshKnown(KubernetesMesh mesh) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(mesh.IsKnown
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The cluster's API server has not told yet what is in force."));
    }

    private static k8s.Kubernetes Connect(string? kubeconfig, string? context) => new(
        kubeconfig is null && context is null
            ? KubernetesClientConfiguration.InClusterConfig()
            : KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, context),
        new CoreGroup());
}
