using MessageBoard.Mesh.Configuration;
using MessageBoard.Shared.Http;
using Yarp.ReverseProxy.Configuration;

namespace MessageBoard.Gateway.Mesh;

/// <summary>The services that the gateway fronts, as the mesh's current configuration has them.</summary>
public sealed class FrontedServices(IProxyConfigProvider proxy, IMeshStore mesh)
{
    /// <summary>Their names, in order.</summary>
    public IReadOnlyList<string> Names { get; } = [.. proxy.GetConfig().Clusters
        .Select(cluster => cluster.ClusterId)
        .Order(StringComparer.Ordinal)];

    /// <summary>The configuration at this moment.</summary>
    public MeshConfiguration Read()
    {
        var snapshot = mesh.Current;
        var problems = snapshot.Problems.Concat(snapshot.Warnings).Select(problem =>
            new ConfigurationProblem(problem.File, problem.Line, problem.Resource?.ToString(), problem.Message));
        return new([.. Names.Select(service => ServiceConfiguration.Of(snapshot, service))], [.. problems], mesh.Clusters);
    }

    /// <summary>An endpoint's filter: 404 for a service that is none of them.</summary>
    public static ValueTask<object?> RequireAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var names = context.HttpContext.RequestServices.GetRequiredService<FrontedServices>().Names;
        var service = (string)context.HttpContext.GetRouteValue("service")!;
        return names.Contains(service) ? next(context) : ValueTask.FromResult<object?>(
            Problems.Of(StatusCodes.Status404NotFound, GatewayProblems.UnknownService.With(service, string.Join(", ", names))));
    }
}
