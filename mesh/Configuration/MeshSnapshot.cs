using System.Collections.Frozen;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Configuration;

/// <summary>The whole configuration at one moment. Immutable: a change makes a new one.</summary>
public sealed class MeshSnapshot
{
    /// <summary>The configuration of nothing at all.</summary>
    public static readonly MeshSnapshot Empty = Create([], [], new());

    private readonly FrozenDictionary<string, (RouteWeights Weights, ResourceId Source)> _weights;

    private MeshSnapshot(
        RouteTable routes, AuthorizationTable authorization, FrozenDictionary<string, (RouteWeights, ResourceId)> weights, IReadOnlyList<MeshProblem> problems) =>
        (Routes, Authorization, _weights, Problems) = (routes, authorization, weights, problems);

    /// <summary>The routing decision.</summary>
    public RouteTable Routes { get; }

    /// <summary>Who may call this workload.</summary>
    public AuthorizationTable Authorization { get; }

    /// <summary>What is wrong with the configuration.</summary>
    public IReadOnlyList<MeshProblem> Problems { get; }

    /// <summary>Compiles a configuration.</summary>
    /// <param name="resources">What was read.</param>
    /// <param name="problems">What was refused in reading.</param>
    /// <param name="proxy">Who calls.</param>
    public static MeshSnapshot Create(IReadOnlyList<IMeshResource> resources, IEnumerable<MeshProblem> problems, MeshProxy proxy)
    {
        List<MeshProblem> all = [.. problems];
        resources = WithoutDuplicates(resources, all);
        var routes = RouteTable.Compile(resources, proxy, all);
        var weights = new Dictionary<string, (RouteWeights, ResourceId)>(StringComparer.OrdinalIgnoreCase);
        foreach (var service in resources.OfType<VirtualService>().Where(service => service.Gateways.Contains(MeshProxy.Mesh)))
        {
            if (DefaultRoute(service) is not { } route || !HasDistinctSubsets(route))
                continue;

            foreach (var host in service.Hosts)
                weights.TryAdd(ShortName(host), (new(ShortName(host), service.Id.Version, WeightsOf(route)), service.Id));
        }

        return new(routes, AuthorizationTable.Compile(resources, proxy), weights.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), all);
    }

    /// <summary>The weights of a service's default route, the last one without a match; null when there is no VirtualService with one.</summary>
    /// <param name="service">The service's short name.</param>
    public RouteWeights? WeightsOf(string service) => _weights.GetValueOrDefault(service).Weights;

    /// <summary>The VirtualService that <see cref="WeightsOf(string)"/> speaks of.</summary>
    internal ResourceId? SourceOfWeights(string service) => _weights.GetValueOrDefault(service).Source;

    // Kubernetes has one resource of a kind, namespace and name; two files may have more.
    private static List<IMeshResource> WithoutDuplicates(IReadOnlyList<IMeshResource> resources, List<MeshProblem> problems)
    {
        var first = new Dictionary<(string, string, string), IMeshResource>();
        foreach (var resource in resources)
        {
            if (!first.TryAdd((resource.Id.Kind, resource.Id.Namespace, resource.Id.Name), resource))
            {
                var other = first[(resource.Id.Kind, resource.Id.Namespace, resource.Id.Name)].Id.File;
                problems.Add(new(resource.Id.File, null, resource.Id.ToString(), $"is in {other} already, which stays in force"));
            }
        }

        return [.. first.Values];
    }

    // Only then do weights by subset say everything.
    private static bool HasDistinctSubsets(HttpRoute route) =>
        route.Destinations.All(destination => destination.Destination.Subset is not null)
        && route.Destinations.DistinctBy(destination => destination.Destination.Subset).Count() == route.Destinations.Count;

    private static string ShortName(string host) => host.Split('.')[0];

    private static HttpRoute? DefaultRoute(VirtualService service) => service.Http.LastOrDefault(route => route.Matches.Count == 0);

    // Istio sends everything to a single destination, whatever its weight.
    private static Dictionary<string, int> WeightsOf(HttpRoute route)
    {
        var weights = new Dictionary<string, int>();
        foreach (var destination in route.Destinations)
            weights.Add(destination.Destination.Subset!, route.Destinations.Count == 1 ? 100 : destination.Weight ?? 0);

        return weights;
    }
}
