using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

/// <summary>Envoy's power of two choices: of two random endpoints the one with the fewer requests under way.</summary>
internal sealed class LeastRequestBalancer : ILoadBalancer
{
    public string Name => "LEAST_REQUEST";

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash)
    {
        if (hosts.Length == 1)
            return hosts[0];

        var (one, other) = (hosts[random.Next(hosts.Length)], hosts[random.Next(hosts.Length)]);
        return other.Active < one.Active ? other : one;
    }
}
