using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Upstreams.Hosts;

/// <summary>What is known of one endpoint while the process runs. Safe for concurrent use.</summary>
internal sealed class UpstreamHost(Endpoint endpoint)
{
    private int _active;

    public Endpoint Endpoint { get; set; } = endpoint;

    /// <summary>When it came, by the clock's timestamp.</summary>
    public long Since { get; init; }

    /// <summary>Its share among the endpoints beside it.</summary>
    public int Weight => Endpoint.Workload.Weight;

    /// <summary>The priority of the group it is in.</summary>
    public int Priority { get; set; }

    /// <summary>The name whose first address new connections are made to; null when the endpoint has an address.</summary>
    public ResolvedName? Name { get; init; }

    /// <summary>How many requests it is working on.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Its outlier detection's counters and times.</summary>
    public OutlierRecord Outlier { get; } = new();

    public void Begin() => Interlocked.Increment(ref _active);

    public void End() => Interlocked.Decrement(ref _active);
}
