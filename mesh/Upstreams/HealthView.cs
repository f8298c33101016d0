using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>
/// Which endpoints get requests at this moment, and in which shares: priorities and localities with what Envoy calls the
/// overprovisioning factor (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority).
/// Made anew when an endpoint is ejected or comes back.
/// </summary>
internal sealed class HealthView
{
    // A group is called with its full share until less than 1/1.4 = 71 % of it is healthy.
    private const double Overprovisioning = 1.4;

    private readonly HostGroup[] _groups;
    private readonly double _totalShare;

    private HealthView(HostGroup[] groups) => (_groups, _totalShare) = (groups, groups.Sum(group => group.Share));

    /// <summary>Whether there is any endpoint to call.</summary>
    public bool IsEmpty => _groups.Length == 0;

    public static HealthView Create(Upstream upstream, IReadOnlyList<UpstreamHost> hosts)
    {
        var panicBelow = (upstream.Policy.OutlierDetection?.MinHealthPercent ?? 0) / 100.0;
        var groups = new List<HostGroup>();
        var (rest, taken) = (1.0, 0);
        foreach (var priority in upstream.Groups.GroupBy(group => group.Priority))
        {
            var candidates = new List<(EndpointGroup Group, UpstreamHost[] All, UpstreamHost[] Healthy)>();
            foreach (var group in priority)
            {
                UpstreamHost[] all = [.. hosts.Skip(taken).Take(group.Endpoints.Count)];
                candidates.Add((group, all, [.. all.Where(host => !host.Outlier.IsEjected)]));
                taken += all.Length;
            }

            var health = (double)candidates.Sum(candidate => candidate.Healthy.Length) / Math.Max(1, candidates.Sum(candidate => candidate.All.Length));
            var panics = health < panicBelow;
            var load = Math.Min(rest, panics ? rest : health * Overprovisioning);
            rest -= load;

            var shares = candidates.Select(candidate => Share(candidate.Group, panics ? candidate.All : candidate.Healthy)).Where(group => group.Share > 0).ToList();
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

    private static HostGroup Share(EndpointGroup group, UpstreamHost[] usable) =>
        new(usable, usable.Length == 0 ? 0 : group.Weight * Math.Min(1, Overprovisioning * usable.Length / group.Endpoints.Count));

    private readonly record struct HostGroup(UpstreamHost[] Hosts, double Share);
}
