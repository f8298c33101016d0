namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Sorts endpoints by how near they are to the caller (https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/),
/// as Istio does it in pilot/pkg/networking/core/loadbalancer/loadbalancer.go.
/// </summary>
internal static class Localities
{
    public static IReadOnlyList<EndpointGroup> Group(IReadOnlyList<Endpoint> endpoints, MeshProxy proxy, TrafficPolicy policy)
    {
        var setting = policy.LoadBalancer?.Locality ?? LocalityLoadBalancing.Default;
        var caller = Locality.Parse(proxy.Locality);
        if (endpoints.Count == 0)
            return [new(0, 1, endpoints)];

        if (policy.LoadBalancer?.ZoneAware is { } zoneAware)
            return zoneAware.Enabled ? ByPriority(PrioritizeRegions(endpoints, caller, proxy, zoneAware)) : [new(0, 1, endpoints)];

        if (!setting.Enabled)
            return [new(0, 1, endpoints)];

        if (setting.Distribute.Count > 0)
            return Distribute(ByLocality(endpoints), caller, setting.Distribute);

        // Without outlier detection no endpoint would ever be found unhealthy, and traffic could not come back from a far one.
        if (policy.OutlierDetection is null)
            return [new(0, 1, endpoints)];

        // Istio weighs localities only where failover is written down; without, all endpoints of a priority are as one.
        var tiers = Prioritize(endpoints, caller, proxy, setting);
        return setting.Failover.Count == 0 && setting.FailoverPriority.Count == 0
            ? ByPriority(tiers)
            : [.. tiers.Select(tier => new EndpointGroup(tier.Priority, tier.Weight, tier.Endpoints))];
    }

    /// <summary>
    /// The caller's own cluster, where it is written down where to go from its region when that has too few healthy endpoints; else null.
    /// </summary>
    public static string? HomeOf(MeshProxy proxy, TrafficPolicy policy)
    {
        var region = Locality.Parse(proxy.Locality).Region;
        return policy is { OutlierDetection: not null, LoadBalancer.Locality: { Enabled: true, Distribute: [] } setting }
            && setting.Failover.Any(rule => rule.From == region) ? proxy.Labels.GetValueOrDefault(TopologyLabels.Cluster) : null;
    }

    // Each locality gets its percent, shared among all that the pattern covers by their endpoints' weights; the rest gets nothing.
    private static List<EndpointGroup> Distribute(
        List<Tier> tiers, Locality caller, IReadOnlyList<LocalityDistribution> distribute)
    {
        if (distribute.FirstOrDefault(candidate => caller.IsCoveredBy(Locality.Parse(candidate.From))) is not { } distribution)
            return [.. tiers.Select(tier => new EndpointGroup(0, tier.Weight, tier.Endpoints))];

        var groups = new List<EndpointGroup>();
        foreach (var (to, percent) in distribution.To)
        {
            var pattern = Locality.Parse(to);
            var covered = tiers.Where(tier => tier.Locality.IsCoveredBy(pattern)).ToList();
            var weight = covered.Sum(tier => tier.Weight);
            tiers.RemoveAll(covered.Contains);

            // Envoy's weights are whole numbers.
            groups.AddRange(covered.Select(tier => new EndpointGroup(
                0, Math.Ceiling(percent * tier.Weight / weight), tier.Endpoints)));
        }

        return groups;
    }

    // By labels, by locality, or by labels and then by the regions to fail over to.
    private static List<Tier> Prioritize(
        IReadOnlyList<Endpoint> endpoints, Locality caller, MeshProxy proxy, LocalityLoadBalancing setting)
    {
        var tiers = PrioritizeByLabels(ByLocality(endpoints), proxy, setting.FailoverPriority);
        if (setting.FailoverPriority.Count > 0 && setting.Failover.Count == 0)
            return tiers;

        // Of several rules for a region Istio takes the first.
        var next = setting.Failover.FirstOrDefault(rule => rule.From == caller.Region);
        return Rank(tiers, tier =>
        {
            var distance = caller.DistanceTo(tier.Locality);
            return tier.Priority * 5 + (distance == 3 && next is not null && next.To != tier.Locality.Region ? 4 : distance);
        });
    }

    // Zones and sub-zones are the affair of Envoy, which knows its own only with Istio's self-discovery, which is off by default.
    private static List<Tier> PrioritizeRegions(
        IReadOnlyList<Endpoint> endpoints, Locality caller, MeshProxy proxy, ZoneAwareLoadBalancing setting)
    {
        var next = setting.Failover.FirstOrDefault(rule => rule.From == caller.Region);
        return Rank(PrioritizeByLabels(ByLocality(endpoints), proxy, setting.FailoverPriority), tier =>
        {
            var region = tier.Locality.Region;
            return tier.Priority * 3 + (region == caller.Region ? 0 : region == next?.To ? 1 : 2);
        });
    }

    private static List<Tier> PrioritizeByLabels(List<Tier> tiers, MeshProxy proxy, IReadOnlyList<string> priority)
    {
        if (priority.Count == 0 || proxy.Labels.Count == 0)
            return tiers;

        var labels = new FailoverLabels(priority, proxy.Labels);
        return Rank(
            [.. tiers.SelectMany(tier => tier.Endpoints.GroupBy(endpoint => labels.DistanceTo(endpoint.Workload.Labels))
                .Select(group => new Tier(tier.Locality, group.Key, [.. group])))],
            tier => tier.Priority);
    }

    // Priorities go from 0 without a gap.
    private static List<Tier> Rank(IEnumerable<Tier> tiers, Func<Tier, int> distance) =>
        [.. tiers.GroupBy(distance).OrderBy(group => group.Key)
            .SelectMany((group, priority) => group.Select(tier => tier with { Priority = priority }))];

    private static List<Tier> ByLocality(IReadOnlyList<Endpoint> endpoints) =>
        [.. endpoints.GroupBy(endpoint => Locality.Parse(endpoint.Workload.Locality))
            .Select(group => new Tier(group.Key, 0, [.. group]))];

    private static List<EndpointGroup> ByPriority(List<Tier> tiers) =>
        [.. tiers.GroupBy(tier => tier.Priority)
            .Select(group => new EndpointGroup(group.Key, 1, [.. group.SelectMany(tier => tier.Endpoints)]))];

    // Endpoints of one locality and one priority.
    private sealed record Tier(Locality Locality, int Priority, IReadOnlyList<Endpoint> Endpoints)
    {
        public double Weight { get; } = Endpoints.Sum(endpoint => (double)endpoint.Workload.Weight);
    }
}
