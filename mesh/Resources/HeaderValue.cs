namespace MessageBoard.Mesh.Resources;

/// <summary>
/// What a rule gives a header: a text, and what follows it, which each request fills. Without a command it is the text alone.
/// </summary>
/// <param name="Text">A text as it is.</param>
/// <param name="Command">What the request or its answer gives; null when the value ends with the text.</param>
/// <param name="Rest">What stands behind the command; null for nothing.</param>
public sealed record HeaderValue(string Text, HeaderCommand? Command = null, HeaderValue? Rest = null)
{
    /// <summary>A text without commands.</summary>
    public static implicit operator HeaderValue(string text) => new(text);
}

/// <summary>
/// One of Envoy's commands, <c>%REQ(X?Y)%</c> and the like
/// (https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators).
/// </summary>
/// <param name="Source">Where its value comes from.</param>
/// <param name="Name">The header of <c>%REQ(X)%</c> and <c>%RESP(X)%</c>; empty for all others.</param>
/// <param name="Alternative">The header that is taken where there is none of that name; null for none.</param>
public sealed record HeaderCommand(HeaderSource Source, string Name, string? Alternative);

/// <summary>Where the value of a command comes from.</summary>
public enum HeaderSource
{
    /// <summary><c>REQ</c>: a header of the request.</summary>
    RequestHeader,

    /// <summary><c>RESP</c>: a header of the response.</summary>
    ResponseHeader,

    /// <summary><c>PROTOCOL</c>: such as <c>HTTP/1.1</c>.</summary>
    Protocol,

    /// <summary><c>ROUTE_NAME</c>: the rule's name.</summary>
    RouteName,

    /// <summary><c>START_TIME</c>: now, in UTC with milliseconds.</summary>
    StartTime,

    /// <summary><c>TRACE_ID</c>.</summary>
    TraceId,

    /// <summary>
    /// <c>UPSTREAM_CLUSTER</c>: in Istio's words, such as <c>outbound|8080|ctx1|user-service.messageboard.svc.cluster.local</c>.
    /// </summary>
    UpstreamCluster,

    /// <summary><c>UPSTREAM_HOST</c> and <c>UPSTREAM_REMOTE_ADDRESS</c>: the endpoint's address and port.</summary>
    UpstreamAddress,

    /// <summary><c>UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT</c>.</summary>
    UpstreamAddressWithoutPort,

    /// <summary><c>UPSTREAM_REMOTE_PORT</c>.</summary>
    UpstreamPort,

    /// <summary><c>UPSTREAM_REQUEST_ATTEMPT_COUNT</c>: how many tries there were.</summary>
    Attempts,

    /// <summary><c>RESPONSE_CODE</c>.</summary>
    ResponseCode,

    /// <summary><c>RESPONSE_FLAGS</c>.</summary>
    ResponseFlags,
}
