using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.LoadBalancing;

internal sealed class RandomBalancer : ILoadBalancer
{
    public string Name => "RANDOM";

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash) => hosts[random.Next(hosts.Length)];
}
