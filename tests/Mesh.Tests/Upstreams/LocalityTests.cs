using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Balancing;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Upstreams;

public class LocalityTests
{
    private static readonly OutlierDetection Outliers = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 };

    [Fact]
    public void Without_outlier_detection_locality_does_not_count()
    {
        var state = State(new(), "ctx1", "ctx1", "ctx2");

        Assert.InRange(state.Count()[0], 4700, 5300);
    }

    [Fact]
    public void With_outlier_detection_the_callers_region_comes_first()
    {
        var state = State(new() { OutlierDetection = Outliers }, "ctx1", "ctx2", "ctx1", "ctx3", "ctx1/zone");

        Assert.Equal([1], state.Count().Keys.Order()); // the same region, and the same unnamed zone
    }

    [Theory]
    [InlineData(0, 10_000, 0)]
    [InlineData(1, 10_000, 0)]
    [InlineData(2, 8400, 1600)]
    [InlineData(3, 5600, 4400)]
    [InlineData(4, 2800, 7200)]
    [InlineData(5, 0, 10_000)]
    public void Another_region_takes_over_as_far_as_health_is_missing(int ejected, int near, int far)
    {
        var state = State(new() { OutlierDetection = Outliers }, "ctx1", "ctx1", "ctx1", "ctx1", "ctx1", "ctx1", "ctx2");
        foreach (var host in Enumerable.Range(0, ejected).Select(state.Host).ToList())
            state.Answered(host, 500);

        var counts = state.Count();

        Assert.InRange(counts.Where(count => count.Key < 5).Sum(count => count.Value), near - 250, near + 250);
        Assert.InRange(counts.GetValueOrDefault(5), far - 250, far + 250);
    }

    [Theory]
    [InlineData(2, 8400, 1600)]
    [InlineData(5, 0, 10_000)]
    public void Nobody_panics_while_another_region_bears_the_load(int ejected, int near, int far)
    {
        var state = State(
            new() { OutlierDetection = Outliers with { MinHealthPercent = 90 } }, "ctx1", "ctx1", "ctx1", "ctx1", "ctx1", "ctx1", "ctx2");
        var hosts = Enumerable.Range(0, 5).Select(state.Host).Take(ejected).ToList();
        foreach (var host in hosts)
            state.Answered(host, 500);

        var counts = state.Count();

        Assert.DoesNotContain(counts.Keys, number => number < ejected);
        Assert.InRange(counts.Where(count => count.Key < 5).Sum(count => count.Value), near - 250, near + 250);
        Assert.InRange(counts.GetValueOrDefault(5), far - 250, far + 250);
    }

    [Fact]
    public void Where_all_regions_panic_each_endpoint_gets_as_much()
    {
        var state = State(new() { OutlierDetection = Outliers with { MinHealthPercent = 50 } }, "ctx1", "ctx1", "ctx1", "ctx1", "ctx2");
        foreach (var host in Enumerable.Range(0, 3).Select(state.Host).ToList())
            state.Answered(host, 500);

        state.Answered(state.Host(3), 500);

        var counts = state.Count();
        Assert.All(Enumerable.Range(0, 4), number => Assert.InRange(counts[number], 2250, 2750));
    }

    [Fact]
    public void Failover_names_the_region_that_comes_next()
    {
        var policy = new TrafficPolicy
        {
            OutlierDetection = Outliers,
            LoadBalancer = new() { Locality = LocalityLoadBalancing.Default with { Failover = [new("ctx1", "ctx3")] } },
        };
        var state = State(policy, "ctx1", "ctx1", "ctx2", "ctx3");
        state.Answered(state.Host(0), 500);

        Assert.Equal([2], state.Count().Keys);
    }

    [Fact]
    public void Failover_priority_goes_by_labels()
    {
        var policy = new TrafficPolicy
        {
            OutlierDetection = Outliers,
            LoadBalancer = new() { Locality = LocalityLoadBalancing.Default with { FailoverPriority = ["rack"] } },
        };
        var state = State(policy, "ctx1", "ctx1", "ctx2", "ctx1");

        Assert.Equal([1], state.Count().Keys); // the rack of the caller is 1
    }

    [Theory]
    [InlineData("ctx1/*")]
    [InlineData("ctx1")]
    [InlineData("*")]
    public void Distribute_gives_each_locality_its_share(string from)
    {
        var policy = new TrafficPolicy
        {
            LoadBalancer = new()
            {
                Locality = LocalityLoadBalancing.Default with
                {
                    Distribute =
            [new("ctx9/*", [new("*", 100)]), new(from, [new("ctx1/*", 80), new("ctx2/*", 20)])]
                }
            }
        };
        var counts = State(policy, "ctx1/zone/rack", "ctx1/a", "ctx2/b", "ctx2/c", "ctx3").Count();

        Assert.InRange(counts[0], 7700, 8300);
        Assert.InRange(counts[1], 800, 1200);
        Assert.InRange(counts[2], 800, 1200);
        Assert.False(counts.ContainsKey(3));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(65537)]
    public void A_key_stays_in_one_locality_and_keys_get_the_shares(int? maglev)
    {
        var state = State(
            new()
            {
                LoadBalancer = new()
                {
                    ConsistentHash = new(HashKey.Header, "x-user", null, null, MaglevTableSize: maglev),
                    Locality = LocalityLoadBalancing.Default with
                    {
                        Distribute = [new("*", [new("ctx1", 80), new("ctx2", 20)])],
                    },
                },
            },
            "ctx1", "ctx1", "ctx1", "ctx2", "ctx2");

        Assert.All(Enumerable.Range(0, 100), key => Assert.Single(state.Count(10, HashKeys.Hash($"{key}"))));
        var random = new Random(1);
        var spread = Enumerable.Range(0, 10_000)
            .Select(key => Endpoints.Number(state.Pick(random, HashKeys.Hash($"{key}"), null)!))
            .CountBy(number => number).ToDictionary();
        Assert.All([0, 1], number => Assert.InRange(spread[number], 3400, 4600));
        Assert.All([2, 3], number => Assert.InRange(spread[number], 800, 1200));
    }

    [Fact]
    public void Locality_can_be_switched_off()
    {
        var policy = new TrafficPolicy
        {
            OutlierDetection = Outliers,
            LoadBalancer = new() { Locality = LocalityLoadBalancing.Default with { Enabled = false } },
        };

        Assert.Equal([0, 1], State(policy, "ctx1", "ctx1", "ctx2").Count().Keys.Order());
    }

    private static UpstreamState State(TrafficPolicy policy, string caller, params string[] localities) =>
        new(Endpoints.Upstream(policy, caller, localities), new FakeTimeProvider(), null);
}
