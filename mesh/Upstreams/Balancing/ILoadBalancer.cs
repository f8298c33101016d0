using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams.Balancing;

/// <summary>Picks one of several endpoints.</summary>
internal interface ILoadBalancer
{
    /// <summary>Its name in Istio's words.</summary>
    string Name { get; }

    /// <summary>Picks an endpoint.</summary>
    /// <param name="hosts">The endpoints, at least one.</param>
    /// <param name="random">Where draws come from.</param>
    /// <param name="hash">The request's key; null when it has none.</param>
    UpstreamHost Pick(UpstreamHost[] hosts, Random random, ulong? hash);
}
