using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

/// <summary>
/// Keeps requests of one key at one endpoint with Maglev's table (https://research.google/pubs/pub44824, section 3.4): each
/// endpoint takes free places in an order of its own, in turn, so that all have as many, by their weights.
/// </summary>
/// <param name="tableSize">The number of places, a prime.</param>
internal sealed class MaglevBalancer(int tableSize) : ILoadBalancer
{
    private readonly ConditionalWeakTable<UpstreamHost[], UpstreamHost[]> _tables = [];

    public string Name => "consistentHash";

    public UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash)
    {
        if (hash is not { } key)
            return hosts[random.Next(hosts.Length)];

        if (!_tables.TryGetValue(hosts, out var table))
            table = _tables.GetValue(hosts, Fill);

        return table[key % (ulong)tableSize];
    }

    private UpstreamHost[] Fill(UpstreamHost[] hosts)
    {
        var table = new UpstreamHost[tableSize];
        var places = hosts.Select(host => HashKeys.Hash(host.Endpoint.Authority) % (ulong)tableSize).ToArray();
        var steps = hosts.Select(host => HashKeys.Hash($"{host.Endpoint.Authority}_step") % ((ulong)tableSize - 1) + 1).ToArray();
        var most = hosts.Max(host => host.Weight);
        var due = new double[hosts.Length];
        for (var (filled, turn) = (0, 0); filled < tableSize; turn = (turn + 1) % hosts.Length)
        {
            // Who weighs half takes every other turn.
            due[turn] += (double)hosts[turn].Weight / most;
            if (due[turn] < 1)
                continue;

            due[turn]--;
            while (table[places[turn]] is not null)
                places[turn] = (places[turn] + steps[turn]) % (ulong)tableSize;

            table[places[turn]] = hosts[turn];
            filled++;
        }

        return table;
    }
}
