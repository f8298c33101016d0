using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Gateway.Mesh;

/// <summary>What the mesh is told to do: the data of a <c>configuration</c> event.</summary>
/// <param name="Services">A row a service.</param>
/// <param name="Problems">What is wrong with the configuration, and what of it is never reached.</param>
/// <param name="Clusters">The clusters whose API servers it comes from; none where it is a folder.</param>
public sealed record MeshConfiguration(
    IReadOnlyList<ServiceConfiguration> Services, IReadOnlyList<ConfigurationProblem> Problems, IReadOnlyList<ClusterStatus> Clusters);

/// <summary>Something that is wrong with the configuration.</summary>
/// <param name="File">The file, relative to the watched folder.</param>
/// <param name="Line">The line, from 1; null when it is about the file as a whole.</param>
/// <param name="Resource">The resource's kind, namespace and name; null when the file could not be read so far.</param>
/// <param name="Message">What is wrong, with the field's path.</param>
public sealed record ConfigurationProblem(string File, int? Line, string? Resource, string Message);

/// <summary>What one service's VirtualService says of its default route.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Resource">The VirtualService or HTTPRoute that says it; null when there is none.</param>
/// <param name="ResourceVersion">The version an edit is based on; null when it has no VirtualService.</param>
/// <param name="Weights">Percent by cluster; null when it has no VirtualService, or one that does not split by cluster.</param>
/// <param name="Rules">What else is set; null when it has no VirtualService.</param>
public record ServiceConfiguration(
    string Service, ResourceKey? Resource, string? ResourceVersion, IReadOnlyDictionary<string, int>? Weights, ServiceRules? Rules)
{
    /// <summary>A service's row of a configuration.</summary>
    public static ServiceConfiguration Of(MeshSnapshot snapshot, string service)
    {
        var route = snapshot.DefaultRouteOf(service);
        return new(
            service, route?.Service, route?.ResourceVersion, route?.Weights, route is null ? null : ServiceRules.Of(route.Rules));
    }
}
