using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

/// <summary>
/// Keeps requests of one key at one endpoint: each endpoint has many places on a ring, by its weight, and a key goes to the next place.
/// Of N endpoints one that goes or comes moves 1/N of the keys.
/// </summary>
internal sealed class RingHashBalancer(int minimumRingSize) : ILoadBalancer
{
    // A ring hangs on the endpoints that are healthy, which are another array when one is ejected.
    private readonly ConditionalWeakTable<UpstreamHost[], (ulong Place, UpstreamHost Host)[]> _rings = [];

    public string Name => "consistentHash";

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash)
    {
        // Without a key there is nothing to keep.
        if (hash is not { } key)
            return hosts[random.Next(hosts.Length)];

        if (!_rings.TryGetValue(hosts, out var ring))
            ring = _rings.GetValue(hosts, Place);

        var (low, high) = (0, ring.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ring[middle].Place < key)
                low = middle + 1;
            else
                high = middle;
        }

        return ring[low % ring.Length].Host;
    }

    private (ulong, UpstreamHost)[] Place(UpstreamHost[] hosts)
    {
        var sum = hosts.Sum(host => (long)host.Weight);
        return
        [
            .. from host in hosts
               from place in Enumerable.Range(0, (int)Math.Ceiling((double)minimumRingSize * host.Weight / sum))
               let hash = HashKeys.Hash($"{host.Endpoint.Authority}_{place}")
               orderby hash
               select (hash, host),
        ];
    }
}
