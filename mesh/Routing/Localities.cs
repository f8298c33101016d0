namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Sorts endpoints by how near they are to the caller
/// (https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/).
/// </summary>
internal static class Localities
{
    public static IReadOnlyList<EndpointGroup> Group(IReadOnlyList<Endpoint> endpoints, MeshProxy proxy, TrafficPolicy policy)
    {
        var setting = policy.LoadBalancer?.Locality ?? LocalityLoadBalancing.Default;
        if (endpoints.Count > 0 && setting.Enabled && proxy.Locality.Length > 0)
        {
            if (setting.Distribute.FirstOrDefault(candidate => Covers(candidate.From, proxy.Locality)) is { } distribution)
                return Distribute(endpoints, distribution);

            // Without outlier detection no endpoint would ever be found unhealthy, and traffic could not come back from a far one.
            if (policy.OutlierDetection is not null && setting.Distribute.Count == 0)
                return Prioritize(endpoints, proxy, setting);
        }

        return [new(0, 1, endpoints)];
    }

    // Each locality gets its percent, shared among all that the pattern covers by their number of endpoints; the rest gets nothing.
    private static List<EndpointGroup> Distribute(IReadOnlyList<Endpoint> endpoints, LocalityDistribution distribution)
    {
        var groups = new List<EndpointGroup>();
        var taken = new HashSet<Endpoint>();
        foreach (var (to, percent) in distribution.To)
        {
            var covered = endpoints.Where(endpoint => !taken.Contains(endpoint) && Covers(to, LocalityOf(endpoint))).ToList();
            taken.UnionWith(covered);
            if (percent > 0)
                groups.AddRange(covered.GroupBy(LocalityOf)
                    .Select(group => new EndpointGroup(0, (double)percent * group.Count() / covered.Count, [.. group])));
        }

        return groups;
    }

    private static List<EndpointGroup> Prioritize(IReadOnlyList<Endpoint> endpoints, MeshProxy proxy, LocalityLoadBalancing setting)
    {
        Func<Endpoint, int> distance = setting.FailoverPriority.Count > 0
            ? endpoint => DistanceByLabels(endpoint, proxy, setting.FailoverPriority)
            : endpoint => DistanceByLocality(LocalityOf(endpoint), proxy.Locality, setting.Failover);
        return [.. endpoints.GroupBy(distance)
            .OrderBy(group => group.Key)
            .Select((group, priority) => new EndpointGroup(priority, 1, [.. group]))];
    }

    // 0 for the same sub-zone, 1 zone, 2 region; then the region to fail over to, then all others.
    private static int DistanceByLocality(string endpoint, string caller, IReadOnlyList<LocalityFailover> failover)
    {
        var (theirs, ours) = (Parts(endpoint), Parts(caller));
        var same = 0;
        while (same < 3 && theirs[same] == ours[same])
            same++;

        if (same > 0)
            return 3 - same;

        return failover.Count == 0 || failover.Any(rule => rule.From == ours[0] && rule.To == theirs[0]) ? 3 : 4;
    }

    // As many of the labels in a row as the two have in common; a label may name the value that it has to have.
    private static int DistanceByLabels(Endpoint endpoint, MeshProxy proxy, IReadOnlyList<string> priority)
    {
        var same = 0;
        while (same < priority.Count && Shares(priority[same]))
            same++;

        return priority.Count - same;

        bool Shares(string label)
        {
            var (name, value) = label.Split('=', 2) is [var left, var right]
                ? (left, right)
                : (label, proxy.Labels.GetValueOrDefault(label));
            return value is not null && endpoint.Workload.Labels.GetValueOrDefault(name) == value;
        }
    }

    private static bool Covers(string pattern, string locality)
    {
        var (wanted, actual) = (pattern.Split('/'), Parts(locality));
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "*")
                return true;

            if (wanted[i] != actual[i])
                return false;
        }

        return true;
    }

    private static string LocalityOf(Endpoint endpoint) => endpoint.Workload.Locality ?? "";

    // Region, zone, sub-zone; what is not said is empty.
    private static string[] Parts(string locality) => [.. locality.Split('/', 3), "", ""];
}
