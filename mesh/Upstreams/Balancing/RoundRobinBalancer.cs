using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

internal sealed class RoundRobinBalancer : ILoadBalancer
{
    private uint _next = uint.MaxValue;

    public string Name => "ROUND_ROBIN";

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash) =>
        hosts[Interlocked.Increment(ref _next) % (uint)hosts.Length];
}
