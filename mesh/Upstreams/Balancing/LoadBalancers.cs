namespace MessageBoard.Mesh.Upstreams.Balancing;

internal static class LoadBalancers
{
    public static ILoadBalancer Create(LoadBalancer? settings) => settings switch
    {
        { ConsistentHash.MaglevTableSize: { } size } => new MaglevBalancer(size),
        { ConsistentHash: { } hash } => new RingHashBalancer(hash.MinimumRingSize),
        { Algorithm: LoadBalancingAlgorithm.Random } => new RandomBalancer(),
        { Algorithm: LoadBalancingAlgorithm.RoundRobin } => new RoundRobinBalancer(),
        _ => new LeastRequestBalancer(),
    };
}
