using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Http1;
using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Upstreams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Mesh;

/// <summary>Registers the in-process data plane.</summary>
public static class MeshServiceCollectionExtensions
{
    /// <summary>
    /// Adds the mesh with the watched folder <c>Mesh:Folder</c> as <see cref="MeshFolder"/>, seen as the registered
    /// <see cref="MeshProxy"/> sees it. Without that setting nothing is added, and requests go out as they are: on Kubernetes
    /// Envoy's sidecar routes them.
    /// </summary>
    /// <param name="services">The process' services.</param>
    /// <param name="configuration">Its settings.</param>
    /// <param name="isEditor">Whether the process edits the folder, and so keeps the versions.</param>
    public static IServiceCollection AddMesh(this IServiceCollection services, IConfiguration configuration, bool isEditor = false)
    {
        if (configuration["Mesh:Folder"] is { Length: > 0 } folder)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(provider =>
                new MeshFolder(
                    folder, provider.GetRequiredService<ILogger<MeshFolder>>(), provider.GetService<MeshProxy>(), isEditor));
            services.AddSingleton<IMeshStore>(provider => provider.GetRequiredService<MeshFolder>());
            services.AddHostedService(provider => provider.GetRequiredService<MeshFolder>());
            services.AddDataPlane(configuration);
        }

        return services;
    }

    /// <summary>
    /// Adds what carries out what the registered <see cref="IMeshStore"/> says. With the key <c>Mesh:IdentityKey</c> (base64) callers sign
    /// who they are.
    /// </summary>
    internal static IServiceCollection AddDataPlane(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider =>
        {
            var mesh = provider.GetRequiredService<IMeshStore>();
            var runtime = new MeshRuntime(
                () => mesh.Current, provider.GetRequiredService<TimeProvider>(), provider.GetService<NameLookup>());
            mesh.Changed += _ => runtime.Renew();
            return runtime;
        });
        if (configuration["Mesh:IdentityKey"] is { Length: > 0 } key)
            services.AddSingleton(new CallerIdentity(Convert.FromBase64String(key)));

        return services;
    }

    /// <summary>Sends the client's requests through the mesh, if there is one; its primary handler is used without one only.</summary>
    public static IHttpClientBuilder AddMeshRouting(this IHttpClientBuilder builder) =>
        IsThere(builder.Services)
            ? AsCaller(builder).ConfigurePrimaryHttpMessageHandler(provider => CreateHandler(provider, new()))
            : builder;

    /// <summary>
    /// Sends what YARP forwards through the mesh, if there is one: plain HTTP/1.1 requests by a forwarder of the mesh's own, unless
    /// <c>Mesh:Http1Forwarder</c> is false. That reads requests as they came, and knows of YARP's transforms only those of the
    /// configuration; whoever adds others sees to it that they do nothing to plain requests.
    /// </summary>
    /// <param name="builder">YARP.</param>
    /// <param name="configuration">The process' settings.</param>
    public static IReverseProxyBuilder AddMeshRouting(this IReverseProxyBuilder builder, IConfiguration configuration)
    {
        if (!IsThere(builder.Services))
            return builder;

        builder.Services.TryAddSingleton<MeshCaller>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory>(provider =>
            new MeshForwarderHttpClientFactory(pools => CreateHandler(provider, pools)));
        if (configuration.GetValue("Mesh:Http1Forwarder", true))
        {
            var others = builder.Services.Single(service => service.ServiceType == typeof(IHttpForwarder)).ImplementationType!;
            builder.Services.Replace(ServiceDescriptor.Singleton<IHttpForwarder>(provider => new Http1Forwarder(
                (IHttpForwarder)ActivatorUtilities.CreateInstance(provider, others), provider.GetRequiredService<MeshRuntime>(),
                provider.GetRequiredService<TimeProvider>(), SourceOf(provider))));
        }

        return builder;
    }

    private static IHttpClientBuilder AsCaller(IHttpClientBuilder builder)
    {
        builder.Services.TryAddSingleton<MeshCaller>();
        return builder;
    }

    private static MeshHandler CreateHandler(IServiceProvider provider, ConnectionPools pools) =>
        new(provider.GetRequiredService<MeshRuntime>(), provider.GetRequiredService<TimeProvider>(), pools, SourceOf(provider));

    // What the caller signs itself with; null where nobody asks.
    private static string? SourceOf(IServiceProvider provider) =>
        provider.GetService<CallerIdentity>() is { } identity && provider.GetService<MeshProxy>() is { } proxy
            ? identity.Sign(proxy.Principal)
            : null;

    private static bool IsThere(IServiceCollection services) => services.Any(service => service.ServiceType == typeof(MeshRuntime));
}
