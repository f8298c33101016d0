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

    private readonly Level[] _levels;
    private readonly HostGroup[] _groups;
    private readonly double _totalShare;

    private HealthView(Level[] levels, bool allPanic)
    {
        var groups = new List<HostGroup>();
        var rest = 100;
        foreach (var level in levels)
        {
            // Where all panic, each priority gets as much as it has endpoints.
            var load = allPanic ? level.Count : Math.Min(rest, level.Health);
            rest -= load;
            var sum = level.Groups.Sum(group => group.Share);
            groups.AddRange(
                level.Groups.Select(group => group with { Share = load * group.Share / sum }).Where(group => group.Share > 0));
        }

        (_levels, _groups, _totalShare) = (levels, [.. groups], groups.Sum(group => group.Share));
    }

    /// <summary>Whether there is any endpoint to call.</summary>
    public bool IsEmpty => _groups.Length == 0;

    public static HealthView Create(Upstream upstream, IReadOnlyList<UpstreamHost> hosts)
    {
        var minHealth = upstream.Policy.OutlierDetection?.MinHealthPercent ?? 0;
        var priorities = Priorities(upstream, hosts);

        // Nobody panics as long as the healthy endpoints of all priorities together bear the load.
        var isTooMuch = priorities.Sum(priority => priority.Health) < 100;
        return new(
            [.. priorities.Select(priority => new Level(
                priority.Number, priority.Health, priority.All.Length,
                isTooMuch && priority.IsBelow(minHealth) ? [new(priority.All, 1)] : priority.Healthy))],
            allPanic: isTooMuch && priorities.All(priority => priority.IsBelow(minHealth)));
    }

    /// <summary>The same without some of its priorities; their load goes to the others.</summary>
    public HealthView Without(IReadOnlySet<int> priorities) =>
        new([.. _levels.Where(level => !priorities.Contains(level.Number))], allPanic: false);

    /// <summary>The group that a request is for; the view must not be empty.</summary>
    /// <param name="random">Where the draw comes from for a request without a key.</param>
    /// <param name="hash">The request's key, which stays with its group as long as the shares stay; null when it has none.</param>
    public UpstreamHost[] Pick(Random random, ulong? hash)
    {
        if (_groups.Length == 1)
            return _groups[0].Hosts;

        // The key's lower half; its place on a ring hangs on the upper one.
        var draw = _totalShare * (hash is { } key ? (uint)key / (uint.MaxValue + 1.0) : random.NextDouble());
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

            priorities.Add(new(priority.Key, [.. hosts.Skip(first).Take(taken - first)], [.. healthy]));
        }

        return priorities;
    }

    // Percent of the load, in whole numbers as Envoy has them.
    private static int Health(int healthy, int all) => healthy == 0 ? 0 : Math.Clamp(OverprovisioningPercent * healthy / all, 1, 100);

    private readonly record struct Priority(int Number, UpstreamHost[] All, HostGroup[] Healthy)
    {
        public int Health { get; } = HealthView.Health(Healthy.Sum(group => group.Hosts.Length), All.Length);

        public bool IsBelow(int percent) => Healthy.Sum(group => group.Hosts.Length) * 100 < percent * All.Length;
    }

    private readonly record struct Level(int Number, int Health, int Count, HostGroup[] Groups);

    private readonly record struct HostGroup(UpstreamHost[] Hosts, double Share);
}
