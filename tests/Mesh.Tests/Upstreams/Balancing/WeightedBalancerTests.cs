using MessageBoard.Mesh.Tests.Loading;
using MessageBoard.Mesh.Upstreams.Balancing;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Upstreams.Balancing;

public class WeightedBalancerTests
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData("ROUND_ROBIN")]
    [InlineData("LEAST_REQUEST")]
    public void Endpoints_get_shares_by_their_weights(string algorithm)
    {
        var counts = Endpoints.Weighted(Policy($"simple: {algorithm}"), _clock, null, 1, 2, 5).Count(8000);

        Assert.InRange(counts[0], 999, 1001);
        Assert.InRange(counts[1], 1999, 2001);
        Assert.InRange(counts[2], 4999, 5001);
    }

    [Fact]
    public void Random_does_not_know_weights() =>
        Assert.InRange(Endpoints.Weighted(Policy("simple: RANDOM"), _clock, null, 1, 9).Count()[0], 4700, 5300);

    [Fact]
    public void Least_request_divides_weights_by_the_requests_under_way()
    {
        var state = Endpoints.Weighted(Policy("simple: LEAST_REQUEST"), _clock, null, 2, 1);
        var busy = state.Host(0);
        for (var i = 0; i < 3; i++)
            busy.Begin();

        // 2 / 4 against 1, but for the turn that it had before it became busy.
        Assert.InRange(state.Count(3000)[0], 995, 1005);
    }

    [Theory]
    [InlineData("consistentHash: {httpHeaderName: a}")]
    [InlineData("consistentHash: {httpHeaderName: a, maglev: {tableSize: 65537}}")]
    public void Keys_spread_by_weights(string balancer)
    {
        var state = Endpoints.Weighted(Policy(balancer), _clock, null, 1, 3);
        var random = new Random(1);
        var ofTheFirst = Enumerable.Range(0, 8000).Count(key => Endpoints.Number(state.Pick(random, HashKeys.Hash($"{key}"), null)!) == 0);

        Assert.InRange(ofTheFirst, 1600, 2400);
    }

    // With linear growth a part p of the weight is p / (1 + p) of the requests.
    [Theory]
    [InlineData("warmup: {duration: 100s}", 0, 0.1)]
    [InlineData("warmup: {duration: 100s}", 5, 0.1)]
    [InlineData("warmup: {duration: 100s}", 50, 0.5)]
    [InlineData("warmup: {duration: 100s}", 100, 1)]
    [InlineData("warmup: {duration: 100s, minimumPercent: 40}", 20, 0.4)]
    [InlineData("warmup: {duration: 100s, minimumPercent: 0, aggression: 2}", 25, 0.5)]
    [InlineData("warmup: {duration: 100s, aggression: 0.5}", 50, 0.25)]
    [InlineData("warmupDurationSecs: 100s", 50, 0.5)]
    [InlineData("warmup: {duration: 100s}, warmupDurationSecs: 1s", 50, 0.5)]
    public void A_new_endpoint_warms_up(string warmup, int seconds, double part)
    {
        foreach (var algorithm in (string[])["ROUND_ROBIN", "LEAST_REQUEST"])
        {
            var policy = Policy($"simple: {algorithm}, {warmup}");
            var before = Endpoints.Weighted(policy, _clock, null, 1);
            _clock.Advance(TimeSpan.FromSeconds(1000));
            var state = Endpoints.Weighted(policy, _clock, before, 1, 1);
            _clock.Advance(TimeSpan.FromSeconds(seconds));

            var expected = 10_000 * part / (1 + part);
            Assert.InRange(state.Count()[1], expected - (part < 1 ? 5 : 200), expected + (part < 1 ? 5 : 200));
        }
    }

    [Fact]
    public void Endpoints_that_all_are_new_share_evenly()
    {
        var state = Endpoints.Weighted(Policy("simple: ROUND_ROBIN, warmup: {duration: 100s}"), _clock, null, 1, 1);

        Assert.InRange(state.Count()[0], 4999, 5001);
    }

    [Theory]
    [InlineData("simple: RANDOM, warmup: {duration: 1s}", "warmup")]
    [InlineData("simple: RANDOM, warmupDurationSecs: 1s", "warmupDurationSecs")]
    [InlineData("consistentHash: {useSourceIp: true}, warmup: {duration: 1s}", "warmup")]
    [InlineData("warmup: {duration: 1s}, warmupDurationSecs: 1s", "warmupDurationSecs")]
    public void What_does_not_warm_up_says_so(string balancer, string field) => Assert.StartsWith(
        $"spec.trafficPolicy.loadBalancer.{field} has no effect", Assert.Single(Loaded.Policy($"loadBalancer: {{{balancer}}}").Notes()),
        StringComparison.Ordinal);

    private static TrafficPolicy Policy(string balancer) => Loaded.Policy($"loadBalancer: {{{balancer}}}").OnlyPolicy();
}
