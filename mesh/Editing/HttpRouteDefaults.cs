using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Editing;

/// <summary>Finds the rule of an HTTPRoute that takes all that no other rule of its service takes.</summary>
internal static class HttpRouteDefaults
{
    /// <summary>That of the oldest HTTPRoute which is bound to a service and has one; null when none has.</summary>
    public static DefaultRoute? Read(MeshSnapshot snapshot, string service)
    {
        foreach (var route in snapshot.Resources.OfType<GatewayHttpRoute>().Where(route => IsFor(route, service)))
        {
            var index = route.Rules.ToList().FindIndex(TakesAll);
            if (index < 0)
                continue;

            var rule = route.Rules[index];
            return new(
                route.Key, snapshot.Find(route.Key)?.ResourceVersion ?? "", WeightsOf(snapshot, rule, service),
                new(null, null, rule.Timeout, null))
            {
                Index = index,
                Host = rule.Destinations is [var first, ..] ? first.Destination.Host : null,
            };
        }

        return null;
    }

    private static bool IsFor(GatewayHttpRoute route, string service) => route.Parents.Any(parent =>
        parent.Kind is ParentKind.Service or ParentKind.ServiceEntry && parent.Name.Equals(service, StringComparison.OrdinalIgnoreCase));

    private static bool TakesAll(HttpRoute rule) => rule.Matches.Count == 0 || rule.Matches.Any(match => match is
    {
        Uri: StringMatch.Prefix { Value: "/" }, Method: null, Headers: [], QueryParams: [],
    });

    private static Dictionary<string, int>? WeightsOf(MeshSnapshot snapshot, HttpRoute rule, string service)
    {
        var weights = new Dictionary<string, int>();
        foreach (var destination in rule.Destinations)
        {
            if (ClusterOf(snapshot, destination.Destination.Host, service) is not { } cluster
                || !weights.TryAdd(cluster, destination.Weight ?? 1))
                return null;
        }

        return weights.Count == 0 ? null : weights;
    }

    // A backend is a whole service: the cluster is what its workloads' label says, or, where nobody says, what its name has behind the
    // service's: user-service-ctx1.
    private static string? ClusterOf(MeshSnapshot snapshot, string host, string service)
    {
        var entry = snapshot.Resources.OfType<ServiceEntry>()
            .FirstOrDefault(entry => entry.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase));
        if (entry?.WorkloadLabels.GetValueOrDefault("cluster") is { } label)
            return label;

        var name = host.Split('.')[0];
        return name.StartsWith($"{service}-", StringComparison.OrdinalIgnoreCase) ? name[(service.Length + 1)..] : null;
    }
}
