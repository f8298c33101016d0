using MessageBoard.Mesh.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Upstreams;

/// <summary>Envoy's previous_priorities, as Istio configures it for retryRemoteLocalities.</summary>
public class TriedHostsTests
{
    private static readonly TrafficPolicy Failover =
        new() { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } };

    [Fact]
    public void After_each_two_tries_the_priorities_that_were_tried_are_left()
    {
        // r1/z1, r1 and r2, for a caller in r1/z1.
        var state = State("r1/z1", "r1/z2", "r2", "r1/z1");

        Assert.Equal([0, 0, 1, 1, 2, 2, 0, 0, 1], Tries(state, 9));
    }

    [Fact]
    public void With_one_priority_nothing_is_left() => Assert.Equal([0, 0, 0, 0, 0], Tries(State("r1/z1", "r1/z1"), 5));

    [Fact]
    public void Where_the_load_is_shared_both_priorities_count_as_tried()
    {
        // Three of four are out: 1.4 * 25 % go to the near ones, the rest far; a third locality is the last.
        var state = State("r1/z1", "r1/z1", "r1/z1", "r1/z1", "r2");
        foreach (var host in Enumerable.Range(0, 3).Select(state.Host).ToList())
            state.Answered(host, 500);

        var random = new Random(1);
        for (var run = 0; run < 200; run++)
        {
            var tried = new TriedHosts(avoidsHosts: false, leavesPriorities: true);
            var (first, second) = (Pick(), Pick());

            // The one that was not tried, or all again.
            var third = Pick();
            if (first == second)
                Assert.NotEqual(first, third);

            int Pick()
            {
                var host = state.Pick(random, null, tried)!;
                tried.Add(host);
                return host.Priority;
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Hosts_are_avoided_or_not(bool avoids)
    {
        var state = State("r1/z1", "r1/z1");
        var random = new Random(1);
        var same = 0;
        for (var run = 0; run < 1000; run++)
        {
            var tried = new TriedHosts(avoids, leavesPriorities: false);
            var first = state.Pick(random, null, tried)!;
            tried.Add(first);
            same += state.Pick(random, null, tried) == first ? 1 : 0;
        }

        // One of two at random, or only when six draws in a row fall on it: one time in 64.
        Assert.InRange(same, avoids ? 2 : 400, avoids ? 40 : 600);
    }

    private static int[] Tries(UpstreamState state, int count)
    {
        var (random, tried) = (new Random(1), new TriedHosts(avoidsHosts: true, leavesPriorities: true));
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var host = state.Pick(random, null, tried)!;
            tried.Add(host);
            return host.Priority;
        })];
    }

    private static UpstreamState State(params string[] localities) =>
        new(Endpoints.Upstream(Failover, "r1/z1", localities), new FakeTimeProvider(), null);
}
