using MessageBoard.Mesh.Explain;

namespace MessageBoard.Gateway.Traffic;

/// <summary>What became of one request that the gateway routed to a service, as the answer's own headers tell it.</summary>
/// <param name="Id">Its number since the gateway's start, from 1.</param>
/// <param name="Service">The service it was for.</param>
/// <param name="Cluster">The cluster that answered (<c>X-Service-Cluster</c>); null when no service answered.</param>
/// <param name="Pod">The pod that answered (<c>X-Pod-Name</c>); null when no service answered.</param>
/// <param name="Status">The HTTP status the caller got.</param>
/// <param name="DurationMs">From the request's arrival to the answer's end, in ms.</param>
/// <param name="Time">When it ended.</param>
/// <param name="Flags">Envoy's response flags, such as <c>UF,URX</c>; null when all went well.</param>
/// <param name="TraceId">The W3C trace id, 32 hex digits.</param>
/// <param name="Traced">Whether the gateway's span of it is kept, so that there is a trace to look at.</param>
public record RoutedRequest(
    long Id, string Service, string? Cluster, string? Pod, int Status, double DurationMs, DateTimeOffset Time, string? Flags,
    string TraceId, bool Traced)
{
    /// <summary>
    /// The rule that took it: the name of the match that held, else the route's, else the first header it asks for, else its place from
    /// 1, as <c>#3</c>. Null for the service's default route, by whose weights was drawn.
    /// </summary>
    public string? Rule { get; init; }

    /// <summary>
    /// The cluster that was drawn, of an aborted request too; null where the destination is not bound to one, or nothing was drawn.
    /// </summary>
    public string? Heading { get; init; }

    /// <summary>
    /// Why the mesh answered and no pod's own code, a word of <see cref="Traffic.Cause"/>; null when a pod answered. With a pod that is
    /// <see cref="Cause.Denied"/> alone: at home the called pod's mesh is in its process.
    /// </summary>
    public string? Cause { get; init; }

    /// <summary>How long a fault held it up, in ms; 0 for none.</summary>
    public double DelayMs { get; init; }

    /// <summary>All tries, where there was more than one; else none.</summary>
    public IReadOnlyList<MeshTry> Tries { get; init; } = [];

    /// <summary>The clusters that copies of it went to.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];
}
