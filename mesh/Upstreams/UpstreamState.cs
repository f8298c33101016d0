using MessageBoard.Mesh.Names;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams.Balancing;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>What is known of one upstream while the process runs: its endpoints' requests, errors and ejections.</summary>
internal sealed class UpstreamState : IDisposable
{
    private readonly Upstream _resolved;
    private readonly ResolvedAddresses _names;
    private readonly UpstreamHost[] _hosts;
    private readonly OutlierDetector? _outliers;
    private readonly ILoadBalancer _balancer;
    private readonly bool _isWeighted;
    private readonly Lock _refreshing = new();
    private volatile HealthView _view;

    /// <param name="upstream">The upstream.</param>
    /// <param name="clock">The clock of ejections.</param>
    /// <param name="before">What was known of it before; its endpoints' state goes on.</param>
    /// <param name="names">The addresses of names; null where the upstream has none.</param>
    public UpstreamState(Upstream upstream, TimeProvider clock, UpstreamState? before, NameCache? names = null)
    {
        Upstream = upstream;
        _names = ResolvedAddresses.Of(upstream, names);
        _resolved = _names.Resolve(upstream);
        _hosts =
        [
            .. _resolved.Endpoints.Select(endpoint =>
                before?.TakeOver(endpoint) ?? new UpstreamHost(endpoint) { Name = _names.NameOf(endpoint), Since = clock.GetTimestamp() }),
        ];
        foreach (var (host, priority) in _hosts.Zip(_resolved.Groups.SelectMany(group => group.Endpoints.Select(_ => group.Priority))))
            host.Priority = priority;

        _isWeighted = _hosts.Any(host => host.Weight != _hosts[0].Weight);
        _balancer = before is not null && before.Upstream.Policy.LoadBalancer == upstream.Policy.LoadBalancer
            && before._isWeighted == _isWeighted
                ? before._balancer
                : LoadBalancers.Create(upstream.Policy.LoadBalancer, _isWeighted, clock);
        if (upstream.Policy.OutlierDetection is null)
            Array.ForEach(_hosts, static host => host.Outlier.Uneject());

        _view = HealthView.Create(_resolved, _hosts);
        Limits = LimitsOf(upstream, before?.Limits);
        if (upstream.Policy.OutlierDetection is { } settings)
            _outliers = new(settings, _hosts, clock, Refresh);
    }

    public Upstream Upstream { get; }

    /// <summary>Whether the names of its endpoints have other addresses by now.</summary>
    public bool IsOutdated => _names.AreOutdated;

    /// <summary>Ends when the names of its endpoints have been looked up for the first time; null when all have.</summary>
    public Task? Resolving => _names.First;

    /// <summary>The limits of its connection pool; null when it has none.</summary>
    public ConnectionPoolLimits? Limits { get; }

    /// <summary>The load balancer's name in Istio's words.</summary>
    public string LoadBalancer => _balancer.Name;

    /// <summary>The consistent hash's settings; null for any other load balancer.</summary>
    public ConsistentHash? Hash => Upstream.Policy.LoadBalancer?.ConsistentHash;

    /// <summary>Whether any endpoint is held back.</summary>
    public bool HasEjected => _outliers is not null && _hosts.Any(host => host.Outlier.IsEjected);

    /// <summary>The endpoints that are held back.</summary>
    public IEnumerable<UpstreamHost> Ejected => _hosts.Where(host => host.Outlier.IsEjected);

    /// <summary>Where a request for <paramref name="uri"/> goes on that passes through.</summary>
    public UpstreamHost PassThrough(Uri uri)
    {
        var port = Upstream.PassthroughPort is > 0 and var own ? own : uri.Port;
        var workload = new WorkloadEntry(
            new("WorkloadEntry", "", uri.Host), "", uri.Host, new Dictionary<string, int>(), new Dictionary<string, string>(), null);
        return new(new(workload, $"{uri.Host}:{port}") { Port = port });
    }

    /// <summary>Picks an endpoint; null when none is healthy.</summary>
    /// <param name="random">Where draws come from.</param>
    /// <param name="hash">The request's key; null when it has none.</param>
    /// <param name="tried">What to avoid, if that is possible; null for nothing.</param>
    public UpstreamHost? Pick(Random random, ulong? hash, TriedHosts? tried)
    {
        var view = _view;
        if (view.IsEmpty)
            return null;

        if (tried is not null)
            view = tried.Leave(view);

        var host = _balancer.Pick(view.Pick(random, hash), random, hash);
        if (tried is null)
            return host;

        // Istio has Envoy look this often for an endpoint that has not been tried (hostSelectionRetryMaxAttempts).
        const int MaxAttempts = 5;
        for (var attempt = 0; attempt < MaxAttempts && tried.Avoids(host); attempt++)
            host = _balancer.Pick(view.Pick(random, hash), random, hash);

        return host;
    }

    public void Answered(UpstreamHost host, int status) => _outliers?.Answered(host, status);

    public void Failed(UpstreamHost host) => _outliers?.Failed(host);

    /// <summary>Ends what runs by the clock; requests under way may still report.</summary>
    public void Dispose() => _outliers?.Dispose();

    private static ConnectionPoolLimits? LimitsOf(Upstream upstream, ConnectionPoolLimits? before)
    {
        if (upstream.Policy.ConnectionPool is not { } pool)
            return null;

        var isShared = upstream.IsHttp2 && upstream.Endpoints.All(endpoint => endpoint.Http2Port is not null);
        return before is not null && before.Settings == pool && before.IsShared == isShared ? before : new(pool, isShared);
    }

    private UpstreamHost? TakeOver(Endpoint endpoint)
    {
        var host = Array.Find(
            _hosts, host => host.Endpoint.Authority == endpoint.Authority && host.Endpoint.Workload.Key.Name == endpoint.Workload.Key.Name
                && host.Name == _names.NameOf(endpoint));
        if (host is not null)
            host.Endpoint = endpoint;

        return host;
    }

    private void Refresh()
    {
        // One after the other, so that the last one has seen all that changed.
        lock (_refreshing)
            _view = HealthView.Create(_resolved, _hosts);
    }
}
