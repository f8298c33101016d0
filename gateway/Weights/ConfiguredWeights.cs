using MessageBoard.Gateway.Rules;
using MessageBoard.Mesh.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace MessageBoard.Gateway.Weights;

/// <summary>The weights of the services that the gateway fronts, as the mesh's current configuration has them.</summary>
public sealed class ConfiguredWeights(IProxyConfigProvider proxy, IMeshStore mesh)
{
    /// <summary>The services that the gateway fronts.</summary>
    public IReadOnlyList<string> Services { get; } = [.. proxy.GetConfig().Clusters.Select(cluster => cluster.ClusterId).Order(StringComparer.Ordinal)];

    /// <summary>All of it at this moment.</summary>
    public MeshConfiguration Read()
    {
        var snapshot = mesh.Current;
        var problems = snapshot.Problems.Select(problem => new ConfigurationProblem(problem.File, problem.Line, problem.Resource?.ToString(), problem.Message));
        return new([.. Services.Select(service => WeightsOf(snapshot, service))], [.. problems], mesh.Clusters);
    }

    /// <summary>One service's row of a configuration.</summary>
    public static ServiceWeights WeightsOf(MeshSnapshot snapshot, string service)
    {
        var route = snapshot.DefaultRouteOf(service);
        return new(service, route?.ResourceVersion, route?.Weights, route is null ? null : ServiceRules.Of(route.Rules));
    }
}
