namespace MessageBoard.Mesh.Upstreams.Balancing;

internal static class LoadBalancers
{
    /// <param name="settings">The settings; null for Istio's default.</param>
    /// <param name="isWeighted">Whether its endpoints differ in their weights.</param>
    /// <param name="clock">The clock by which endpoints warm up.</param>
    public static ILoadBalancer Create(LoadBalancer? settings, bool isWeighted, TimeProvider clock)
    {
        switch (settings)
        {
            case { ConsistentHash.MaglevTableSize: { } size }:
                return new MaglevBalancer(size);
            case { ConsistentHash: { } hash }:
                return new RingHashBalancer(hash.MinimumRingSize);
            case { Algorithm: LoadBalancingAlgorithm.Random }:
                return new RandomBalancer();
        }

        var byLoad = settings?.Algorithm != LoadBalancingAlgorithm.RoundRobin;
        ILoadBalancer even = byLoad ? new LeastRequestBalancer() : new RoundRobinBalancer();
        return isWeighted || settings?.Warmup is not null ? new WeightedBalancer(even, byLoad, settings?.Warmup, clock) : even;
    }
}
