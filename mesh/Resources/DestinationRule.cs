namespace MessageBoard.Mesh.Resources;

/// <summary>
/// The subsets of a service, and how it is called (https://istio.io/latest/docs/reference/config/networking/destination-rule/).
/// </summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Host">The service: a short name is of the rule's namespace; <c>*</c> and <c>*.suffix</c> stand for many.</param>
/// <param name="TrafficPolicy">How all of it is called; null when nothing is said.</param>
/// <param name="Subsets">Its subsets.</param>
public sealed record DestinationRule(
    ResourceKey Key, string File, string Host, TrafficPolicy? TrafficPolicy, IReadOnlyList<Subset> Subsets) : IMeshResource
{
    /// <summary>The namespaces that see it; see <see cref="Resources.ExportTo"/>.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];

    /// <summary>The labels of the callers in its namespace that it is for; null for all callers.</summary>
    public IReadOnlyDictionary<string, string>? WorkloadLabels { get; init; }
}

/// <summary>Some of a service's workloads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Labels">The labels that its workloads carry.</param>
/// <param name="TrafficPolicy">How it is called, where that differs from the rule's; null when nothing is said.</param>
public sealed record Subset(string Name, IReadOnlyDictionary<string, string> Labels, TrafficPolicy? TrafficPolicy);

/// <summary>How a service is called.</summary>
public sealed record TrafficPolicy
{
    /// <summary>Which endpoint gets a request; null for LEAST_REQUEST.</summary>
    public LoadBalancer? LoadBalancer { get; init; }

    /// <summary>How much may be under way; null for no limits.</summary>
    public ConnectionPool? ConnectionPool { get; init; }

    /// <summary>When an endpoint is taken out; null for never.</summary>
    public OutlierDetection? OutlierDetection { get; init; }

    /// <summary>Whether it is called by TLS; null when nothing is said.</summary>
    public TlsPolicy? Tls { get; init; }

    /// <summary>Policies of single ports, which take the place of all of the above.</summary>
    public IReadOnlyDictionary<int, TrafficPolicy> Ports { get; init; } = new Dictionary<int, TrafficPolicy>();
}

/// <summary>Which endpoint gets a request.</summary>
public sealed record LoadBalancer
{
    /// <summary>The algorithm; of no account with <see cref="ConsistentHash"/>.</summary>
    public LoadBalancingAlgorithm Algorithm { get; init; }

    /// <summary>How new endpoints get their share, for the first two algorithms; null for at once.</summary>
    public Warmup? Warmup { get; init; }

    /// <summary>Keeps requests of one key at one endpoint; null for no such thing.</summary>
    public ConsistentHash? ConsistentHash { get; init; }

    /// <summary>Which localities are preferred; null for Istio's default.</summary>
    public LocalityLoadBalancing? Locality { get; init; }

    /// <summary>Regions as Envoy's zone-aware routing has them, in place of <see cref="Locality"/>; null for no such thing.</summary>
    public ZoneAwareLoadBalancing? ZoneAware { get; init; }
}

/// <summary>How new endpoints get their share.</summary>
/// <param name="Duration">After which they have all of it.</param>
/// <param name="MinimumPercent">What they have at least.</param>
/// <param name="Aggression">1 for a share that grows evenly, more for one that grows faster at first.</param>
public sealed record Warmup(TimeSpan Duration, double MinimumPercent = 10, double Aggression = 1);

/// <summary>Istio's algorithms.</summary>
public enum LoadBalancingAlgorithm
{
    /// <summary>The one with the fewer requests of two random ones: Istio's default.</summary>
    LeastRequest,

    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>Any.</summary>
    Random,
}

/// <summary>What a request's endpoint hangs on.</summary>
/// <param name="Key">Where the key comes from.</param>
/// <param name="Name">The name of the header, cookie or query parameter; null for the source IP.</param>
/// <param name="CookiePath">The path of a cookie that is made for who has none.</param>
/// <param name="CookieTtl">The life of such a cookie, zero for the browser's session; null when no cookie is made.</param>
/// <param name="MinimumRingSize">The least number of places on the ring, for RING_HASH.</param>
/// <param name="MaglevTableSize">The size of the table, a prime, for MAGLEV; null for RING_HASH.</param>
public sealed record ConsistentHash(
    HashKey Key, string? Name, string? CookiePath, TimeSpan? CookieTtl, int MinimumRingSize = 1024, int? MaglevTableSize = null)
{
    /// <summary>What is written behind such a cookie's path, such as <c>; SameSite=Strict</c>; empty for nothing.</summary>
    public string CookieAttributes { get; init; } = "";
}

/// <summary>Where a consistent hash's key comes from.</summary>
public enum HashKey
{
    /// <summary>A request header.</summary>
    Header,

    /// <summary>A cookie.</summary>
    Cookie,

    /// <summary>The caller's address.</summary>
    SourceIp,

    /// <summary>A query parameter.</summary>
    QueryParameter,
}

/// <summary>
/// Which localities are preferred (https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/). A locality
/// is <c>region/zone/sub-zone</c>; here the cluster is the region.
/// </summary>
/// <param name="Enabled">Whether locality counts at all.</param>
/// <param name="Distribute">Shares by the caller's locality.</param>
/// <param name="Failover">The region to go to when the caller's own has too few healthy endpoints.</param>
/// <param name="FailoverPriority">Labels that an endpoint shares with the caller, the most important first.</param>
public sealed record LocalityLoadBalancing(
    bool Enabled, IReadOnlyList<LocalityDistribution> Distribute, IReadOnlyList<LocalityFailover> Failover,
    IReadOnlyList<string> FailoverPriority)
{
    /// <summary>Istio's default: near endpoints first, once outlier detection is there.</summary>
    public static readonly LocalityLoadBalancing Default = new(true, [], [], []);
}

/// <summary>Endpoints of the caller's own region first, whether there is outlier detection or not.</summary>
/// <param name="Enabled">False for no locality at all.</param>
/// <param name="Failover">The region to go to next.</param>
/// <param name="FailoverPriority">Labels that come before the regions.</param>
public sealed record ZoneAwareLoadBalancing(
    bool Enabled, IReadOnlyList<LocalityFailover> Failover, IReadOnlyList<string> FailoverPriority);

/// <summary>Shares for callers of one locality.</summary>
/// <param name="From">The caller's locality; <c>*</c> stands for any.</param>
/// <param name="To">Percent by locality, adding up to 100.</param>
public sealed record LocalityDistribution(string From, IReadOnlyList<KeyValuePair<string, int>> To);

/// <summary>Where callers of one region go next.</summary>
/// <param name="From">The caller's region.</param>
/// <param name="To">The region to go to.</param>
public sealed record LocalityFailover(string From, string To);

/// <summary>When an endpoint is taken out of the load balancing, and for how long.</summary>
public sealed record OutlierDetection
{
    /// <summary>How many 5xx in a row take it out; 0 for never.</summary>
    public int Consecutive5xxErrors { get; init; } = 5;

    /// <summary>The statuses that count as errors; empty for all 5xx.</summary>
    public IReadOnlyList<int> ErrorCodes { get; init; } = [];

    /// <summary>How many 502, 503 and 504 in a row take it out; 0 for never, which is the default.</summary>
    public int ConsecutiveGatewayErrors { get; init; }

    /// <summary>Whether failed connections and timeouts are counted apart from the service's own 5xx.</summary>
    public bool SplitExternalLocalOriginErrors { get; init; }

    /// <summary>With <see cref="SplitExternalLocalOriginErrors"/>, how many failed connections and timeouts in a row take it out.</summary>
    public int ConsecutiveLocalOriginFailures { get; init; } = 5;

    /// <summary>How often it is looked whether an endpoint may come back.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it is out the first time; the n-th time n times as long.</summary>
    public TimeSpan BaseEjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many of the endpoints may be out at once, percent.</summary>
    public int MaxEjectionPercent { get; init; } = 10;

    /// <summary>With fewer healthy endpoints than this, percent, all are used; 0 for never.</summary>
    public int MinHealthPercent { get; init; }
}

/// <summary>How much may be under way to one service.</summary>
public sealed record ConnectionPool
{
    /// <summary>How many connections; null for any number.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>How long connecting may take; null for Istio's 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>How many requests may wait for a connection; null for any number.</summary>
    public int? Http1MaxPendingRequests { get; init; }

    /// <summary>How many requests may be under way, over HTTP/1.1 too; null for any number.</summary>
    public int? Http2MaxRequests { get; init; }

    /// <summary>How many retries may be under way; null for any number.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>How long a connection may be used; null for as long as it lasts.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    /// <summary>Whether each request has a connection of its own.</summary>
    public bool IsForOneRequest { get; init; }

    /// <summary>Whether HTTP/1.1 requests go on as HTTP/2; null for what holds in the mesh.</summary>
    public bool? H2Upgrade { get; init; }

    /// <summary>How long a connection may be idle, zero for as long as it lasts; null for one hour, as in Envoy.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
