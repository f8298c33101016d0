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
    string TraceId, bool Traced);
