using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>
/// Which endpoints get requests at this moment, and in which shares: priorities and localities with what Envoy calls the
/// overprovisioning factor (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority).
/// Made anew when an endpoint is ejected or comes back.
/// </summary>
internal sealed class HealthView
{
    // A group is called with its full share until less than 1/1.4 = 71 % of it is healthy.
    private const int OverprovisioningPercent = 140;

    private readonly HostGroup[] _groups;
    private readonly double _totalShare;

    private HealthView(HostGroup[] groups) => (_groups, _totalShare) = (groups, groups.Sum(group => group.Share));

    /// <summary>Whether there is any endpoint to call.</summary>
    public bool IsEmpty => _groups.Length == 0;

    public static HealthView Create(Upstream upstream, IReadOnlyList<UpstreamHost> hosts)
    {
        var minHealth = upstream.Policy.OutlierDetection?.MinHealthPercent ?? 0;
        var priorities = Priorities(upstream, hosts);

        // Nobody panics as long as the healthy endpoints of all priorities together bear the load.
        var isTooMuch = priorities.Sum(priority => priority.Health) < 100;
        var allPanic = isTooMuch && priorities.All(priority => priority.IsBelow(minHealth));
        var groups = new List<HostGroup>();
        var rest = 100;
        foreach (var priority in priorities)
        {
            // Where all panic, each priority gets as much as it has endpoints.
            var load = allPanic ? priority.All.Length : Math.Min(rest, priority.Health);
            rest -= load;
            HostGroup[] shares = isTooMuch && priority.IsBelow(minHealth) ? [new(priority.All, 1)] : priority.Healthy;
            var sum = shares.Sum(group => group.Share);
            groups.AddRange(shares.Select(group => group with { Share = load * group.Share / sum }).Where(group => group.Share > 0));
        }

        return new([.. groups]);
    }

    /// <summary>The group that a random number falls on; the view must not be empty.</summary>
    public UpstreamHost[] Pick(Random random)
    {
        if (_groups.Length == 1)
            return _groups[0].Hosts;

        var draw = random.NextDouble() * _totalShare;
        foreach (var group in _groups)
        {
            draw -= group.Share;
            if (draw < 0)
                return group.Hosts;
        }

        return _groups[^1].Hosts;
    }

    private static List<Priority> Priorities(Upstream upstream, IReadOnlyList<UpstreamHost> hosts)
    {
        var priorities = new List<Priority>();
        var taken = 0;
        foreach (var priority in upstream.Groups.GroupBy(group => group.Priority))
        {
            var first = taken;
            var healthy = new List<HostGroup>();
            foreach (var group in priority)
            {
                UpstreamHost[] usable = [.. hosts.Skip(taken).Take(group.Endpoints.Count).Where(host => !host.Outlier.IsEjected)];
                taken += group.Endpoints.Count;
                if (usable.Length > 0 && group.Weight > 0)
                    healthy.Add(new(usable, group.Weight * Health(usable.Length, group.Endpoints.Count)));
            }

            priorities.Add(new([.. hosts.Skip(first).Take(taken - first)], [.. healthy]));
        }

        return priorities;
    }

    // Percent of the load, in whole numbers as Envoy has them.
    private static int Health(int healthy, int all) => healthy == 0 ? 0 : Math.Clamp(OverprovisioningPercent * healthy / all, 1, 100);

    private readonly record struct Priority(UpstreamHost[] All, HostGroup[] Healthy)
    {
        public int Health { get; } = HealthView.Health(Healthy.Sum(group => group.Hosts.Length), All.Length);

        public bool IsBelow(int percent) => Healthy.Sum(group => group.Hosts.Length) * 100 < percent * All.Length;
    }

    private readonly record struct HostGroup(UpstreamHost[] Hosts, double Share);
}
