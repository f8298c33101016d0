using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Editing;

/// <summary>What the default route of a service's VirtualService or HTTPRoute says.</summary>
/// <param name="Service">The VirtualService or HTTPRoute.</param>
/// <param name="ResourceVersion">The version an edit is based on.</param>
/// <param name="Weights">
/// The weights by subset, or, of an HTTPRoute, by the backends' clusters; null when its destinations are not one a subset or cluster.
/// </param>
/// <param name="Rules">What else is set.</param>
public sealed record DefaultRoute(ResourceKey Service, string ResourceVersion, IReadOnlyDictionary<string, int>? Weights, RouteRules Rules)
{
    /// <summary>Whether it is a rule of an HTTPRoute, which knows no faults, retries and subsets.</summary>
    internal bool IsHttpRoutes => Service.Kind == GatewayHttpRoute.Kind;

    /// <summary>The route's place in the resource.</summary>
    internal FieldPath Path => FieldPath.Spec[IsHttpRoutes ? "rules" : "http"][Index];

    /// <summary>The route's place under <c>spec.http</c> or <c>spec.rules</c>.</summary>
    internal int Index { get; init; }

    /// <summary>The canary's place; null when there is none.</summary>
    internal int? CanaryIndex { get; init; }

    /// <summary>Whether a route is called as the canary and is none.</summary>
    internal bool HasOtherCanary { get; init; }

    /// <summary>The first destination's host; null when the route has none.</summary>
    internal string? Host { get; init; }
}

/// <summary>Faults, timeout and retries of a default route, and the canary before it.</summary>
/// <param name="CanarySubset">Where requests with <c>x-canary: true</c> go; null when they go where all go.</param>
/// <param name="Fault">Faults that are injected; null for none.</param>
/// <param name="Timeout">For the whole request; null for no limit.</param>
/// <param name="Retries">How to try again; null for Istio's default.</param>
public sealed record RouteRules(string? CanarySubset, HttpFault? Fault, TimeSpan? Timeout, HttpRetry? Retries)
{
    /// <summary>The name of the canary's route.</summary>
    public const string CanaryRoute = "canary";

    /// <summary>The header that asks for the canary, with the value <c>true</c>.</summary>
    public const string CanaryHeader = "x-canary";

    /// <summary>What is tried again, in Envoy's words separated by commas; null for Istio's default.</summary>
    public string? RetryOn => Retries is null ? null : HttpRetryReader.Write(Retries);
}

/// <summary>Finds the default routes of services.</summary>
public static class DefaultRoutes
{
    /// <summary>
    /// The default route of a service, the first one that takes every request; null when no VirtualService or HTTPRoute has one.
    /// </summary>
    /// <param name="snapshot">The configuration.</param>
    /// <param name="service">The service's short name.</param>
    public static DefaultRoute? DefaultRouteOf(this MeshSnapshot snapshot, string service) =>
        snapshot.Routes.VirtualServiceOf(service) is not { } key ? null
        : key.Kind == GatewayHttpRoute.Kind ? HttpRouteDefaults.Read(snapshot, service)
        : snapshot.Resource(key) is VirtualService found
            ? Read(found, snapshot.Find(key)?.ResourceVersion ?? "")
        : null;

    private static DefaultRoute? Read(VirtualService service, string version)
    {
        var index = Reachability.DefaultRouteOf(service);
        if (index < 0)
            return null;

        // What stands behind it is never reached.
        var http = service.Http.ToList();
        var (route, canary) = (http[index], http.FindIndex(0, index, IsCanary));
        var rules = new RouteRules(
            canary < 0 ? null : http[canary].Destinations[0].Destination.Subset, route.Fault, route.Timeout, route.Retries);
        return new(service.Key, version, WeightsOf(route), rules)
        {
            Index = index,
            CanaryIndex = canary < 0 ? null : canary,
            Host = route.Destinations is [var first, ..] ? first.Destination.Host : null,
            HasOtherCanary = canary < 0 && http.Exists(route => route.Name == RouteRules.CanaryRoute),
        };
    }

    // As the shortcut writes it, and no more than that.
    private static bool IsCanary(HttpRoute route) => route is
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

    // Only where each destination is a subset of its own do weights by subset say everything. Istio sends everything to a single
    // destination, whatever its weight.
    private static Dictionary<string, int>? WeightsOf(HttpRoute route)
    {
        var weights = new Dictionary<string, int>();
        foreach (var destination in route.Destinations)
        {
            if (destination.Destination.Subset is not { } subset
                || !weights.TryAdd(subset, route.Destinations.Count == 1 ? 100 : destination.Weight ?? 0))
                return null;
        }

        return weights.Count == 0 ? null : weights;
    }
}
