using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

/// <summary>
/// Gives endpoints shares by their weights, the earliest deadline first, as Envoy does it
/// (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers). A new endpoint has a part of
/// its weight while it warms up (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start).
/// </summary>
/// <param name="even">Picks as long as all weights are the same.</param>
/// <param name="byLoad">Whether an endpoint's weight is divided by the requests that it is working on, for LEAST_REQUEST.</param>
/// <param name="warmup">How endpoints warm up; null for at once.</param>
/// <param name="clock">The clock by which they do.</param>
internal sealed class WeightedBalancer(ILoadBalancer even, bool byLoad, Warmup? warmup, TimeProvider clock) : ILoadBalancer
{
    // Hangs on the endpoints that are healthy, which are another array when one is ejected.
    private readonly ConditionalWeakTable<UpstreamHost[], Schedule> _schedules = [];

    public string Name => even.Name;

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash)
    {
        if (hosts.Length == 1)
            return hosts[0];

        if (!_schedules.TryGetValue(hosts, out var schedule))
            schedule = _schedules.GetValue(hosts, Begin);

        if (schedule.IsEven && (warmup is null || clock.GetElapsedTime(schedule.NewestSince) >= warmup.Duration))
            return even.Pick(hosts, random, hash);

        lock (schedule)
        {
            schedule.Deadlines.TryDequeue(out var host, out var now);
            schedule.Deadlines.Enqueue(host!, (now.Deadline + 1 / WeightOf(host!), schedule.Picks++));
            return host!;
        }
    }

    private Schedule Begin(UpstreamHost[] hosts)
    {
        var schedule = new Schedule
        {
            IsEven = hosts.All(host => host.Weight == hosts[0].Weight),
            NewestSince = hosts.Max(host => host.Since),
        };

        // Anywhere in its first turn, so that who comes first is no matter of order in many processes and after each change.
        foreach (var host in hosts)
            schedule.Deadlines.Enqueue(host, (Random.Shared.NextDouble() / WeightOf(host), schedule.Picks++));

        return schedule;
    }

    private double WeightOf(UpstreamHost host)
    {
        double weight = host.Weight;
        if (byLoad)
            weight /= host.Active + 1;

        if (warmup is null || clock.GetElapsedTime(host.Since) is var since && since >= warmup.Duration)
            return weight;

        var grown = Math.Pow(Math.Max(since.TotalMilliseconds, 1) / warmup.Duration.TotalMilliseconds, 1 / warmup.Aggression);
        return weight * Math.Max(grown, warmup.MinimumPercent / 100);
    }

    private sealed class Schedule
    {
        public required bool IsEven { get; init; }

        public required long NewestSince { get; init; }

        public PriorityQueue<UpstreamHost, (double Deadline, long Order)> Deadlines { get; } = new();

        public long Picks { get; set; }
    }
}
