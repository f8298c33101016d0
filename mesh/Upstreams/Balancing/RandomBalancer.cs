using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

internal sealed class RandomBalancer : ILoadBalancer
{
    public string Name => "RANDOM";

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash) => hosts[random.Next(hosts.Length)];
}
