using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Tests.Upstreams;

/// <summary>Upstreams without servers.</summary>
internal static class Endpoints
{
    /// <summary>An upstream with endpoints at these localities.</summary>
    public static Upstream Upstream(TrafficPolicy policy, string caller, params string[] localities) =>
        new(0, "user-service", null, 80, policy, Localities.Group(
            [.. localities.Select(Endpoint)],
            new() { Locality = caller, Labels = new Dictionary<string, string> { ["rack"] = "1" } },
            policy));

    public static UpstreamState State(TrafficPolicy policy, int count, TimeProvider? clock = null) =>
        new(Upstream(policy, "", [.. Enumerable.Repeat("ctx1", count)]), clock ?? TimeProvider.System, null);

    /// <summary>How often each endpoint is picked, by its number.</summary>
    public static Dictionary<int, int> Count(this UpstreamState state, int picks = 10_000, ulong? hash = null)
    {
        var random = new Random(20261121);
        return Enumerable.Range(0, picks).Select(_ => Number(state.Pick(random, hash, null)!)).CountBy(number => number).ToDictionary();
    }

    public static UpstreamHost Host(this UpstreamState state, int number)
    {
        var random = new Random(1);
        while (true)
        {
            if (state.Pick(random, null, null) is { } host && Number(host) == number)
                return host;
        }
    }

    public static int Number(UpstreamHost host) => host.Endpoint.Workload.Ports["http"];

    /// <summary>An upstream with endpoints of these weights in one locality; those that <paramref name="before"/> has go on.</summary>
    public static UpstreamState Weighted(TrafficPolicy policy, TimeProvider clock, UpstreamState? before, params int[] weights) => new(
        new(0, "user-service", null, 80, policy, [new(0, 1, [.. weights.Select((weight, number) =>
        {
            var endpoint = Endpoint("ctx1", number);
            return endpoint with { Workload = endpoint.Workload with { Weight = weight } };
        })])]),
        clock, before);

    private static Endpoint Endpoint(string locality, int number) => new(
        new(new("WorkloadEntry", "messageboard", $"w{number}"), "a.yaml", "127.0.0.1", new Dictionary<string, int>
        {
            ["http"] = number,
        }, new Dictionary<string, string> { ["rack"] = $"{number}" }, locality),
        $"127.0.0.1:{number}");
}
