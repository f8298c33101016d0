using MessageBoard.Mesh.Tests.Loading;
using MessageBoard.Mesh.Tests.Routing;
using MessageBoard.Mesh.Upstreams.Balancing;

namespace MessageBoard.Mesh.Tests.Upstreams.Balancing;

public class LoadBalancerTests
{
    [Theory]
    [InlineData(LoadBalancingAlgorithm.LeastRequest)]
    [InlineData(LoadBalancingAlgorithm.RoundRobin)]
    [InlineData(LoadBalancingAlgorithm.Random)]
    public void Idle_endpoints_share_evenly(LoadBalancingAlgorithm algorithm)
    {
        var counts = Endpoints.State(new() { LoadBalancer = new() { Algorithm = algorithm } }, 4).Count();

        Assert.Equal(4, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 2250, 2750));
    }

    [Fact]
    public void Round_robin_goes_round()
    {
        var state = Endpoints.State(new() { LoadBalancer = new() { Algorithm = LoadBalancingAlgorithm.RoundRobin } }, 3);

        Assert.Equal([0, 1, 2, 0, 1, 2], Enumerable.Range(0, 6).Select(_ => Endpoints.Number(state.Pick(new Random(1), null, null)!)));
    }

    [Fact]
    public void Least_request_avoids_the_busy_one_of_two()
    {
        var state = Endpoints.State(new(), 2);
        state.Host(0).Begin();

        // Only when both draws fall on it: one time in four.
        Assert.InRange(state.Count()[0], 2250, 2750);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(65537)]
    public void A_key_stays_at_its_endpoint_and_keys_spread(int? maglev)
    {
        var state = Endpoints.State(Hash(HashKey.Header, maglev), 4);

        Assert.All(Enumerable.Range(0, 100), key => Assert.Single(state.Count(10, HashKeys.Hash($"{key}"))));
        var spread = Enumerable.Range(0, 4000)
            .Select(key => Endpoints.Number(state.Pick(new Random(1), HashKeys.Hash($"{key}"), null)!))
            .CountBy(number => number)
            .ToList();
        Assert.Equal(4, spread.Count);
        Assert.All(spread, count => Assert.InRange(count.Value, 700, 1300));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(65537)]
    public void An_endpoint_that_goes_moves_only_its_own_keys(int? maglev)
    {
        var (four, three) = (Endpoints.State(Hash(HashKey.Header, maglev), 4), Endpoints.State(Hash(HashKey.Header, maglev), 3));
        var kept = Enumerable.Range(0, 4000)
            .Select(key => HashKeys.Hash($"{key}"))
            .Where(key => Number(four, key) < 3)
            .Average(key => Number(four, key) == Number(three, key) ? 1.0 : 0);

        Assert.InRange(kept, 0.8, 1); // not all: with fewer endpoints each has more places on the ring
    }

    // What a request pays for at each try.
    [Theory]
    [InlineData("simple: LEAST_REQUEST")]
    [InlineData("simple: ROUND_ROBIN")]
    [InlineData("simple: RANDOM")]
    [InlineData("consistentHash: {httpHeaderName: a}")]
    [InlineData("consistentHash: {httpHeaderName: a, maglev: {tableSize: 101}}")]
    [InlineData("simple: LEAST_REQUEST, warmup: {duration: 1h}")]
    [InlineData("simple: ROUND_ROBIN, warmup: {duration: 1h}")]
    [InlineData("localityLbSetting: {distribute: [{from: '*', to: {ctx1: 100}}]}")]
    public void Picking_allocates_nothing(string balancer)
    {
        var state = Endpoints.State(Loaded.Policy($"loadBalancer: {{{balancer}}}").OnlyPolicy(), 4);
        var random = new Random(1);
        Pick(10_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Pick(10_000);

        // Less than a byte for each: what the runtime does on the side is none of ours.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 9_999);

        void Pick(int picks)
        {
            for (ulong i = 0; i < (ulong)picks; i++)
                state.Pick(random, i * 0x9E3779B97F4A7C15, null);
        }
    }

    [Fact]
    public void Without_a_key_any_endpoint_will_do() =>
        Assert.Equal(4, Endpoints.State(Hash(HashKey.Header), 4).Count().Count);

    [Theory]
    [InlineData(HashKey.Header, "x-user", "alice")]
    [InlineData(HashKey.Cookie, "user", "bob")]
    [InlineData(HashKey.QueryParameter, "user", "carol")]
    public void A_key_comes_from_where_the_rule_says(HashKey key, string name, string value)
    {
        var request = new Request("user-service", "/?user=carol", headers: [("x-user", "alice"), ("Cookie", "a=b; user=\"bob\"; user2=c")]);

        Assert.Equal(HashKeys.Hash(value), HashKeys.Of(new(key, name, null, null), request));
        Assert.Null(HashKeys.Of(new(key, "other", null, null), request));
    }

    private static int Number(MessageBoard.Mesh.Upstreams.UpstreamState state, ulong key) =>
        Endpoints.Number(state.Pick(new Random(1), key, null)!);

    private static TrafficPolicy Hash(HashKey key, int? maglev = null) =>
        new() { LoadBalancer = new() { ConsistentHash = new(key, "x-user", null, null, MaglevTableSize: maglev) } };
}
