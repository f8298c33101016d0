using System.Collections.Frozen;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Configuration;

/// <summary>The whole configuration at one moment. Immutable: a change makes a new one.</summary>
public sealed class MeshSnapshot
{
    /// <summary>The configuration of nothing at all.</summary>
    public static readonly MeshSnapshot Empty = Create([], [], new());

    private readonly FrozenDictionary<string, DefaultRoute> _defaultRoutes;

    private MeshSnapshot(
        RouteTable routes, AuthorizationTable authorization, FrozenDictionary<string, DefaultRoute> defaultRoutes,
        IReadOnlyList<MeshProblem> problems, IReadOnlyList<ConfiguredResource> statuses) =>
        (Routes, Authorization, _defaultRoutes, Problems, Statuses) = (routes, authorization, defaultRoutes, problems, statuses);

    /// <summary>The routing decision.</summary>
    public RouteTable Routes { get; }

    /// <summary>Who may call this workload.</summary>
    public AuthorizationTable Authorization { get; }

    /// <summary>What is wrong with the configuration.</summary>
    public IReadOnlyList<MeshProblem> Problems { get; }

    /// <summary>Every resource and what became of it, in the order of the files.</summary>
    public IReadOnlyList<ConfiguredResource> Statuses { get; }

    /// <summary>Compiles a configuration.</summary>
    /// <param name="resources">What was read.</param>
    /// <param name="problems">What was refused in reading.</param>
    /// <param name="proxy">Who calls.</param>
    public static MeshSnapshot Create(IReadOnlyList<IMeshResource> resources, IReadOnlyList<MeshProblem> problems, MeshProxy proxy) =>
        Create(resources, problems, [], proxy);

    internal static MeshSnapshot Create(
        IReadOnlyList<IMeshResource> resources, IReadOnlyList<MeshProblem> problems, IReadOnlyList<ConfiguredResource> statuses, MeshProxy proxy)
    {
        var compiling = new List<MeshProblem>();
        resources = WithoutDuplicates(resources, compiling);
        var routes = RouteTable.Compile(resources, proxy, compiling);
        return new(routes, AuthorizationTable.Compile(resources, proxy), FindDefaultRoutes(resources, statuses), [.. problems, .. compiling], WithProblems(statuses, compiling));
    }

    /// <summary>The default route of a service, the last one without a match; null when there is no VirtualService with one.</summary>
    /// <param name="service">The service's short name.</param>
    public DefaultRoute? DefaultRouteOf(string service) => _defaultRoutes.GetValueOrDefault(service);

    /// <summary>A resource; of several with this key the one that is in force. Null when there is none.</summary>
    public ConfiguredResource? Find(ResourceKey key) =>
        Statuses.FirstOrDefault(resource => resource.Key == key && resource.Status.State != ResourceState.Refused) ?? Statuses.FirstOrDefault(resource => resource.Key == key);

    // Kubernetes has one resource of a kind, namespace and name; two files may have more.
    private static List<IMeshResource> WithoutDuplicates(IReadOnlyList<IMeshResource> resources, List<MeshProblem> problems)
    {
        var first = new Dictionary<ResourceKey, IMeshResource>();
        foreach (var resource in resources)
        {
            if (!first.TryAdd(resource.Key, resource))
                problems.Add(new(resource.File, null, resource.Key, null, $"is in {first[resource.Key].File} already, which stays in force"));
        }

        return [.. first.Values];
    }

    private static FrozenDictionary<string, DefaultRoute> FindDefaultRoutes(IReadOnlyList<IMeshResource> resources, IReadOnlyList<ConfiguredResource> statuses)
    {
        var versions = new Dictionary<ResourceKey, string>();
        foreach (var resource in statuses)
        {
            if (resource.Key is { } key)
                versions.TryAdd(key, resource.ResourceVersion);
        }

        var routes = new Dictionary<string, DefaultRoute>(StringComparer.OrdinalIgnoreCase);
        foreach (var service in resources.OfType<VirtualService>().Where(service => service.Gateways.Contains(MeshProxy.Mesh)))
        {
            var http = service.Http.ToList();
            var index = http.FindLastIndex(route => route.Matches.Count == 0);
            if (index < 0)
                continue;

            var canary = http.FindIndex(IsCanary);
            var found = new DefaultRoute(
                service.Key, versions.GetValueOrDefault(service.Key, ""), WeightsOf(http[index]),
                new(canary < 0 ? null : http[canary].Destinations[0].Destination.Subset, http[index].Fault, http[index].Timeout, http[index].Retries))
            {
                Index = index,
                CanaryIndex = canary < 0 ? null : canary,
                Host = http[index].Destinations is [var first, ..] ? first.Destination.Host : null,
                HasOtherCanary = canary < 0 && http.Exists(route => route.Name == RouteRules.CanaryRoute),
            };
            foreach (var host in service.Hosts)
                routes.TryAdd(ShortName(host), found);
        }

        return routes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    // As the shortcut writes it, and no more than that.
    private static bool IsCanary(HttpRoute route) =>
        route is
        {
            Name: RouteRules.CanaryRoute,
            Destinations: [{ Destination.Subset: not null }],
            Matches: [
                {
                    Headers: [{ Key: RouteRules.CanaryHeader, Value: StringMatch.Exact { Value: "true" } }],
                    WithoutHeaders: [], QueryParams: [], Uri: null, Scheme: null, Method: null, Authority: null, Port: null,
                    SourceLabels.Count: 0, SourceNamespace: null, Gateways: [],
                }],
        };

    // What is found only when all is put together belongs to a resource too; of two with one key in a file it is the later one's.
    private static IReadOnlyList<ConfiguredResource> WithProblems(IReadOnlyList<ConfiguredResource> statuses, List<MeshProblem> problems)
    {
        if (problems.Count == 0)
            return statuses;

        var folded = statuses.ToArray();
        var places = new Dictionary<(string File, ResourceKey Resource), int>();
        for (var i = 0; i < folded.Length; i++)
        {
            if (folded[i].Key is { } key)
                places[(folded[i].Status.File, key)] = i;
        }

        foreach (var problem in problems)
        {
            if (problem.Resource is not { } key || !places.TryGetValue((problem.File, key), out var place))
                continue;

            var status = folded[place].Status;
            folded[place] = folded[place] with { Status = status with { State = ResourceState.Refused, Problems = [.. status.Problems, problem] } };
        }

        return folded;
    }

    // Only where each destination is a subset of its own do weights by subset say everything. Istio sends everything to a single
    // destination, whatever its weight.
    private static Dictionary<string, int>? WeightsOf(HttpRoute route)
    {
        var weights = new Dictionary<string, int>();
        foreach (var destination in route.Destinations)
        {
            if (destination.Destination.Subset is not { } subset || !weights.TryAdd(subset, route.Destinations.Count == 1 ? 100 : destination.Weight ?? 0))
                return null;
        }

        return weights.Count == 0 ? null : weights;
    }

    private static string ShortName(string host) => host.Split('.')[0];
}
