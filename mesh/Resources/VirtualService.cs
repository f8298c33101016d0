using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Resources;

/// <summary>How requests to some hosts are routed (https://istio.io/latest/docs/reference/config/networking/virtual-service/).</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Hosts">The hosts: short names, full names, <c>*</c> or <c>*.suffix</c>; none of one that others delegate to.</param>
/// <param name="Gateways">The gateways it is for; <see cref="MeshProxy.Mesh"/> alone when it names none.</param>
/// <param name="Http">The routes in order; the first that matches is taken.</param>
public sealed record VirtualService(
    ResourceKey Key, string File, IReadOnlyList<string> Hosts, IReadOnlyList<string> Gateways, IReadOnlyList<HttpRoute> Http)
        : IMeshResource
{
    /// <summary>The namespaces that see it; see <see cref="Resources.ExportTo"/>.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];
}

/// <summary>
/// One rule of a VirtualService. Requests end in one of <see cref="Destinations"/>, <see cref="Redirect"/> and
/// <see cref="DirectResponse"/>.
/// </summary>
public sealed record HttpRoute
{
    /// <summary>The line on which it begins, from 1; 0 for none.</summary>
    public int Line { get; init; }

    /// <summary>Its name; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Any of these has to match; none means every request.</summary>
    public IReadOnlyList<HttpMatch> Matches { get; init; } = [];

    /// <summary>Where the requests go, by weight.</summary>
    public IReadOnlyList<HttpRouteDestination> Destinations { get; init; } = [];

    /// <summary>The VirtualService whose rules stand in place of this one; null for none.</summary>
    public HttpDelegate? Delegate { get; init; }

    /// <summary>Sends the caller elsewhere.</summary>
    public HttpRedirect? Redirect { get; init; }

    /// <summary>Answers without any service.</summary>
    public DirectResponse? DirectResponse { get; init; }

    /// <summary>Changes the path or the authority before the request goes on.</summary>
    public HttpRewrite? Rewrite { get; init; }

    /// <summary>For the whole request, all retries included; null or zero for no limit, which is Istio's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often and when to try again; null for Istio's default.</summary>
    public HttpRetry? Retries { get; init; }

    /// <summary>Faults to inject.</summary>
    public HttpFault? Fault { get; init; }

    /// <summary>Services that get a copy of the requests.</summary>
    public IReadOnlyList<HttpMirror> Mirrors { get; init; } = [];

    /// <summary>Cross-origin resource sharing.</summary>
    public CorsPolicy? Cors { get; init; }

    /// <summary>Headers to change.</summary>
    public HttpHeaderRules Headers { get; init; } = HttpHeaderRules.None;

    /// <summary>Where it was written, when that is no route of its VirtualService's own.</summary>
    public RouteSource? Source { get; init; }

    /// <summary>The status that answers for a destination that nobody knows: 500 for an HTTPRoute's.</summary>
    public int UnknownServiceStatus { get; init; } = 503;
}

/// <summary>What a request has to be like: all that is given has to hold.</summary>
public sealed record HttpMatch
{
    /// <summary>The line on which it begins, from 1; 0 for none.</summary>
    public int Line { get; init; }

    /// <summary>Its place in its rule, from 0; of a delegate -1 where only the rule that delegates has one.</summary>
    public int Index { get; init; }

    /// <summary>The place, in the rule that delegates, of the one it is joined with; -1 for none.</summary>
    public int DelegatingIndex { get; init; } = -1;

    /// <summary>Its name; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The path, without the query.</summary>
    public StringMatch? Uri { get; init; }

    /// <summary>Whether exact and prefix matches of the path pass over case.</summary>
    public bool IgnoreUriCase { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public StringMatch? Scheme { get; init; }

    /// <summary>The HTTP method.</summary>
    public StringMatch? Method { get; init; }

    /// <summary>The <c>Host</c> header.</summary>
    public StringMatch? Authority { get; init; }

    /// <summary>Headers that have to match.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatch>> Headers { get; init; } = [];

    /// <summary>Headers that must not match.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatch>> WithoutHeaders { get; init; } = [];

    /// <summary>Query parameters that have to match.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatch>> QueryParams { get; init; } = [];

    /// <summary>The port that the caller addresses.</summary>
    public int? Port { get; init; }

    /// <summary>Labels that the calling workload has to carry.</summary>
    public IReadOnlyDictionary<string, string> SourceLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>The namespace that the calling workload has to be in.</summary>
    public string? SourceNamespace { get; init; }

    /// <summary>The gateways it is for; none means all of the VirtualService's.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];
}

/// <summary>A VirtualService without hosts, to which another one leaves a part of its requests.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
public sealed record HttpDelegate(string Namespace, string Name);

/// <summary>A service, or a subset of one.</summary>
/// <param name="Host">The service: a short name is of the resource's namespace.</param>
/// <param name="Subset">The subset of its DestinationRule; null for all workloads.</param>
/// <param name="Port">The service's port; null for its only one, or the one that the caller addresses.</param>
public sealed record Destination(string Host, string? Subset, int? Port);

/// <summary>Where a part of the requests goes.</summary>
/// <param name="Destination">The service.</param>
/// <param name="Weight">Its share of the sum of all weights; null when none is given.</param>
/// <param name="Headers">Headers to change for this destination only.</param>
public sealed record HttpRouteDestination(Destination Destination, int? Weight, HttpHeaderRules Headers);

/// <summary>Headers to change on the way to the service and on the way back.</summary>
/// <param name="Request">Of the request.</param>
/// <param name="Response">Of the response.</param>
public sealed record HttpHeaderRules(HeaderOperations Request, HeaderOperations Response)
{
    /// <summary>Changes nothing.</summary>
    public static readonly HttpHeaderRules None = new(HeaderOperations.None, HeaderOperations.None);

    /// <summary>Whether it changes nothing.</summary>
    public bool IsEmpty => Request.IsEmpty && Response.IsEmpty;

    /// <summary>Both in one: all of the removals, then all that is set, then all that is added, each time the other's last.</summary>
    public HttpHeaderRules With(HttpHeaderRules other) => new(Request.With(other.Request), Response.With(other.Response));
}

/// <summary>Changes to one set of headers.</summary>
/// <param name="Set">Headers that get this value, whatever they had.</param>
/// <param name="Add">Values that are added to what is there.</param>
/// <param name="Remove">Headers that are taken out.</param>
public sealed record HeaderOperations(
    IReadOnlyList<KeyValuePair<string, HeaderValue>> Set, IReadOnlyList<KeyValuePair<string, HeaderValue>> Add,
    IReadOnlyList<string> Remove)
{
    /// <summary>Changes nothing.</summary>
    public static readonly HeaderOperations None = new([], [], []);

    /// <summary>Whether a header is the one by which a host is called.</summary>
    public static bool IsAuthority(string name) =>
        name.Equals("host", StringComparison.OrdinalIgnoreCase) || name.Equals(":authority", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it changes nothing.</summary>
    public bool IsEmpty => Set.Count == 0 && Add.Count == 0 && Remove.Count == 0;

    /// <inheritdoc cref="HttpHeaderRules.With"/>
    public HeaderOperations With(HeaderOperations other) =>
        new([.. Set, .. other.Set], [.. Add, .. other.Add], [.. Remove, .. other.Remove]);
}

/// <summary>An answer that sends the caller elsewhere.</summary>
/// <param name="Uri">The new path; null to keep it.</param>
/// <param name="Authority">The new host; null to keep it.</param>
/// <param name="Scheme">The new scheme; null to keep it.</param>
/// <param name="Port">The new port; null to keep it.</param>
/// <param name="DerivePort">Where the port comes from when <paramref name="Port"/> is null.</param>
/// <param name="Code">301, 302, 303, 307 or 308.</param>
/// <param name="PrefixRewrite">Takes the place of the matched prefix, and the rest of the path stays; null to keep it.</param>
public sealed record HttpRedirect(
    string? Uri, string? Authority, string? Scheme, int? Port, RedirectPort DerivePort, int Code, string? PrefixRewrite = null);

/// <summary>Where a redirect's port comes from.</summary>
public enum RedirectPort
{
    /// <summary>The scheme's own port, which is left out.</summary>
    FromProtocolDefault,

    /// <summary>The port that the request came to.</summary>
    FromRequestPort,
}

/// <summary>A fixed answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body; null for none.</param>
public sealed record DirectResponse(int Status, ReadOnlyMemory<byte>? Body);

/// <summary>Changes to the request's target.</summary>
/// <param name="Uri">Takes the place of the matched prefix, or of the whole path where the match was no prefix; null to keep it.</param>
/// <param name="Authority">Takes the place of the <c>Host</c> header; null to keep it.</param>
/// <param name="Regex">Replaces parts of the path; null for none.</param>
public sealed record HttpRewrite(string? Uri, string? Authority, RegexRewrite? Regex);

/// <summary>Replaces what an expression matches in the path.</summary>
/// <param name="Match">The expression.</param>
/// <param name="Rewrite">What it is replaced by; <c>\1</c> stands for its first group.</param>
public sealed record RegexRewrite(Re2 Match, string Rewrite);

/// <summary>How to try again.</summary>
public sealed record HttpRetry
{
    /// <summary>Istio's default, by which every route without <c>retries</c> goes.</summary>
    public static readonly HttpRetry Default = new() { Attempts = 2 };

    /// <summary>How many tries there may be after the first; 0 switches retries off.</summary>
    public required int Attempts { get; init; }

    /// <summary>For one try; null or zero for the route's.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>What is tried again.</summary>
    public RetryConditions On { get; init; } = RetryConditions.IstioDefault;

    /// <summary>HTTP statuses that are tried again.</summary>
    public IReadOnlyList<int> StatusCodes { get; init; } = [];

    /// <summary>Whether a try prefers endpoints that were not tried yet.</summary>
    public bool IgnorePreviousHosts { get; init; } = true;

    /// <summary>Whether tries go on to farther localities when near ones have been tried.</summary>
    public bool RemoteLocalities { get; init; }

    /// <summary>The base of the waits between two tries; null for Envoy's 25 ms.</summary>
    public TimeSpan? Backoff { get; init; }
}

/// <summary>
/// Envoy's words for what is tried again
/// (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on).
/// </summary>
[Flags]
public enum RetryConditions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>5xx</c>: any 5xx, and no answer at all.</summary>
    ServerError = 1,

    /// <summary><c>gateway-error</c>: 502, 503, 504, and no answer at all.</summary>
    GatewayError = 1 << 1,

    /// <summary><c>reset</c>: no answer at all.</summary>
    Reset = 1 << 2,

    /// <summary><c>reset-before-request</c>: no answer, and the request has not been sent.</summary>
    ResetBeforeRequest = 1 << 3,

    /// <summary><c>connect-failure</c>: no connection.</summary>
    ConnectFailure = 1 << 4,

    /// <summary><c>refused-stream</c>: HTTP/2's REFUSED_STREAM.</summary>
    RefusedStream = 1 << 5,

    /// <summary><c>retriable-4xx</c>: 409.</summary>
    Retriable4xx = 1 << 6,

    /// <summary><c>retriable-status-codes</c>: the statuses that are listed.</summary>
    RetriableStatusCodes = 1 << 7,

    /// <summary><c>envoy-ratelimited</c>: the header <c>x-envoy-ratelimited</c>.</summary>
    EnvoyRateLimited = 1 << 8,

    /// <summary><c>cancelled</c>: gRPC status 1.</summary>
    GrpcCancelled = 1 << 9,

    /// <summary><c>deadline-exceeded</c>: gRPC status 4.</summary>
    GrpcDeadlineExceeded = 1 << 10,

    /// <summary><c>resource-exhausted</c>: gRPC status 8.</summary>
    GrpcResourceExhausted = 1 << 11,

    /// <summary><c>internal</c>: gRPC status 13.</summary>
    GrpcInternal = 1 << 12,

    /// <summary><c>unavailable</c>: gRPC status 14.</summary>
    GrpcUnavailable = 1 << 13,

    /// <summary>What Istio tries again by default; since 1.24 without 503.</summary>
    IstioDefault = ConnectFailure | RefusedStream | GrpcUnavailable | GrpcCancelled,
}

/// <summary>Faults to inject before the request goes on.</summary>
/// <param name="Delay">Makes requests late; null for none.</param>
/// <param name="Abort">Makes requests fail; null for none.</param>
public sealed record HttpFault(FaultDelay? Delay, FaultAbort? Abort);

/// <summary>Makes a part of the requests late.</summary>
/// <param name="Duration">By how much.</param>
/// <param name="Percentage">How many of them, 0 to 100.</param>
public sealed record FaultDelay(TimeSpan Duration, double Percentage);

/// <summary>Makes a part of the requests fail.</summary>
/// <param name="Status">With which HTTP status, 200 to 599.</param>
/// <param name="Percentage">How many of them, 0 to 100.</param>
/// <param name="GrpcStatus">With which gRPC status, which only gRPC's callers see; the HTTP status is 200 then. Null for none.</param>
public sealed record FaultAbort(int Status, double Percentage, int? GrpcStatus = null);

/// <summary>A service that gets a copy of a part of the requests.</summary>
/// <param name="Destination">The service.</param>
/// <param name="Percentage">How many of them, 0 to 100.</param>
public sealed record HttpMirror(Destination Destination, double Percentage);

/// <summary>Cross-origin resource sharing (https://fetch.spec.whatwg.org/#http-cors-protocol).</summary>
public sealed record CorsPolicy
{
    /// <summary>The origins that may.</summary>
    public IReadOnlyList<StringMatch> AllowOrigins { get; init; } = [];

    /// <summary>The methods that a preflight allows.</summary>
    public IReadOnlyList<string> AllowMethods { get; init; } = [];

    /// <summary>The request headers that a preflight allows.</summary>
    public IReadOnlyList<string> AllowHeaders { get; init; } = [];

    /// <summary>The response headers that scripts may read.</summary>
    public IReadOnlyList<string> ExposeHeaders { get; init; } = [];

    /// <summary>How long a preflight's answer holds; null when it is not said.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Whether credentials may be sent; null when it is not said.</summary>
    public bool? AllowCredentials { get; init; }

    /// <summary>
    /// Whether preflights of other origins go on to the service (<c>FORWARD</c>, the default) or end here (<c>IGNORE</c>).
    /// </summary>
    public bool ForwardUnmatchedPreflights { get; init; } = true;
}
