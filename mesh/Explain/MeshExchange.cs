using System.Diagnostics;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Explain;

/// <summary>
/// What happens to one request in the mesh: the sender puts one into the request's options under <see cref="Key"/>, and the
/// mesh fills it. Kept as it comes, and put into words only when somebody asks.
/// </summary>
public sealed class MeshExchange
{
    /// <summary>Where the mesh looks for it: <see cref="HttpRequestMessage.Options"/>.</summary>
    public static readonly HttpRequestOptionsKey<MeshExchange> Key = new("MessageBoard.Mesh.Exchange");

    private RouteDecision _decision;
    private string? _host;
    private Try _last;
    private List<Try>? _earlier;
    private UpstreamState? _upstream;
    private string[] _ejected = [];
    private List<string>? _faults, _notes;
    private List<CompiledDestination>? _mirrors;
    private UpstreamHost? _heldHost;
    private IDisposable? _heldPlace;
    private Activity? _span;
    private long _decidedAt;
    private string? _foreseen;

    /// <summary>The trace that the request belongs to; null for none. By default that of the <see cref="Activity"/> there is.</summary>
    public string? TraceId { get => field ?? Activity.Current?.TraceId.ToHexString(); init; }

    /// <summary>
    /// Whether whoever sends the request has a span of it, as a gateway has, and calls <see cref="Describe"/>. Else what the mesh answers
    /// itself is a client span of its own.
    /// </summary>
    public bool IsForwarded { get; init; }

    /// <summary>What went wrong; <see cref="ResponseFlags.None"/> when nothing did.</summary>
    public ResponseFlags Flags { get; internal set; }

    /// <summary>Whether a data plane in this process has decided on the request. Where Envoy does, none has.</summary>
    public bool IsDecided => _host is not null;

    /// <summary>
    /// The rule that took it: the name of the match that held, else the route's, else the first header it asks for, else its place from
    /// 1, as <c>#3</c>. Null for the default route, by whose weights was drawn, and where none is known.
    /// </summary>
    public string? Rule => _decision.Route is { } route ? route.RuleOf(_decision.Match) : _foreseen;

    /// <summary>What the route that took it says; null where none is known.</summary>
    public HttpRoute? Route => _decision.Route?.Route;

    /// <summary>
    /// The cluster of the subset that was drawn, whether the request went there or not; null where that is not bound to one cluster, or
    /// nothing was drawn.
    /// </summary>
    public string? Heading => _decision.Destination?.Cluster;

    /// <summary>Whether a policy of the called service refused it, by an AuthorizationPolicy, a token or a PeerAuthentication.</summary>
    public bool IsDenied { get; internal set; }

    /// <summary>How long a fault held it up; zero for none.</summary>
    public TimeSpan Delay { get; internal set; }

    /// <summary>All tries, in order, where there was more than one; else none.</summary>
    public IReadOnlyList<MeshTry> Retried => _earlier is null ? [] : [.. _earlier.Append(_last).Select(attempt => attempt.Read())];

    /// <summary>The clusters that copies of it went to, of those that are bound to one.</summary>
    public IReadOnlyList<string> MirrorClusters =>
        _mirrors is null ? [] : [.. _mirrors.Select(mirror => mirror.Cluster).OfType<string>()];

    /// <summary>The request's HTTP method.</summary>
    internal string Method { get; private set; } = "";

    /// <summary>How many tries were begun.</summary>
    public int Tries { get; private set; }

    /// <summary>The endpoint of the last try; null when there was none.</summary>
    internal UpstreamHost? Host => _last.Host;

    /// <summary>Why the request went where it went; null when it never came to the mesh.</summary>
    public MeshExplanation? Explain() => _host is null ? null : new()
    {
        Host = _host,
        VirtualService = NameOf("VirtualService"),
        HttpRoute = NameOf(GatewayHttpRoute.Kind),
        Route = _decision.Route is { } route ? Explain(route, _decision.Match) : null,
        Draw = _decision.Draw < 0 ? null : _decision.Draw,
        Weights = [.. _decision.Route?.Destinations.Select(destination =>
            new ExplainedWeight(destination.Host, destination.Subset, destination.Weight)) ?? []],
        Destination = _upstream is { Upstream: var upstream }
            ? new(upstream.Host, upstream.Subset, upstream.Port, _upstream.LoadBalancer, Sent: Tries > 0)
            : null,
        Attempts = [.. (_earlier ?? []).Append(_last).Where(attempt => attempt.Number > 0).Select(attempt => attempt.Explain())],
        Faults = _faults ?? [],
        Mirrors = [.. _mirrors?.Select(mirror => mirror.Subset is null ? mirror.Host : $"{mirror.Host}|{mirror.Subset}") ?? []],
        Ejected = _ejected,
        Notes = _notes ?? [],
        Flags = Flags.Format() ?? "",
    };

    /// <summary>Says which rule the data plane will take, where that is another process.</summary>
    /// <param name="rule">As <see cref="RouteTable.RuleOf"/> has it.</param>
    public void Foresee(string? rule) => _foreseen = rule;

    /// <summary>
    /// Tells that the response has ended, so that what it held (its place in the connection pool) is free again, and its span ends.
    /// </summary>
    public void Complete()
    {
        Release();
        if (Interlocked.Exchange(ref _span, null) is { } span)
            TryTrace.End(span, Flags | _last.Flag);
        else if (_last.Host is null && Interlocked.Exchange(ref _decidedAt, 0) is > 0 and var decided)
            TryTrace.Unanswered(this, Stopwatch.GetElapsedTime(decided));
    }

    /// <summary>Says in a span what the mesh decided. Of the tries, where there were some, it says nothing: each has its own.</summary>
    public void Describe(Activity span)
    {
        if (_last.Host is null)
            DescribeTry(span);

        span.SetTag(TryTrace.Flags, Flags.Format());
    }

    internal void Decided(string method, string host, in RouteDecision decision, UpstreamState? upstream)
    {
        (Method, _host, _decision, _upstream) = (method, host, decision, upstream);
        if (!IsForwarded)
            _decidedAt = Stopwatch.GetTimestamp();

        if (upstream is { HasEjected: true })
            _ejected = [.. upstream.Ejected.Select(ejected => ejected.Endpoint.Workload.Key.Name)];
    }

    internal void Injected(ResponseFlags flag, string fault)
    {
        Flags |= flag;
        (_faults ??= []).Add(fault);
    }

    /// <summary>Something that is worth saying, and nowhere else seen.</summary>
    internal void Note(string note) => (_notes ??= []).Add(note);

    /// <summary>The response did not come to its end.</summary>
    internal void BrokeOff(ResponseFlags flag)
    {
        Flags |= flag;
        _span?.Fail(flag.ToString());
    }

    internal void Mirrored(CompiledDestination destination) => (_mirrors ??= []).Add(destination);

    /// <summary>A new try; what the one before held is free.</summary>
    internal void BeginTry()
    {
        Release();
        if (Interlocked.Exchange(ref _span, null) is { } span)
            TryTrace.End(span, _last.Flag);

        if (Tries++ > 0)
            (_earlier ??= []).Add(_last);

        _last = new(Tries, null, 0, ResponseFlags.None);
    }

    /// <summary>The endpoint of this try, which has the request until <see cref="Complete"/>.</summary>
    internal void Hold(UpstreamHost host, IDisposable? place)
    {
        host.Begin();
        (_heldHost, _heldPlace) = (host, place);
        _last = _last with { Host = host };
    }

    /// <summary>The span of this try, which ends with its response.</summary>
    internal void Trace(Activity? span) => _span = span;

    /// <summary>Where this try goes, in a span's words.</summary>
    internal void DescribeTry(Activity span) => TryTrace.Describe(span, _decision, _last.Host, Tries);

    internal void EndTry(int status, ResponseFlags flag, string? reason = null)
    {
        _last = _last with { Status = status, Flag = flag, Reason = reason };
        if (_span is { } span)
            TryTrace.Answer(span, status, flag);
    }

    private void Release()
    {
        Interlocked.Exchange(ref _heldHost, null)?.End();
        Interlocked.Exchange(ref _heldPlace, null)?.Dispose();
    }

    private string? NameOf(string kind) => _decision.VirtualService is { } id && id.Kind == kind ? $"{id.Namespace}/{id.Name}" : null;

    private static ExplainedRoute Explain(CompiledRoute route, int taken)
    {
        var match = taken < 0 ? null : route.Route.Matches[taken];
        return route.Delegate is { } target
            ? new(route.Index, route.Route.Name, Place(match?.DelegatingIndex), match?.Name)
            {
                Delegate = new($"{target.Namespace}/{target.Name}", route.DelegateIndex, Place(match?.Index)),
            }
            : new(route.Index, route.Route.Name, match is null ? null : route.Route.Source?.Match ?? taken, match?.Name);
    }

    private static int? Place(int? index) => index is < 0 ? null : index;

    private readonly record struct Try(int Number, UpstreamHost? Host, int Status, ResponseFlags Flag)
    {
        public string? Reason { get; init; }

        public MeshTry Read() =>
            new(Host?.Endpoint.Workload.Labels.GetValueOrDefault("cluster"), Host?.Endpoint.Workload.Key.Name,
                Status == 0 ? null : Status, Flag == ResponseFlags.None ? null : Flag.ToString());

        public ExplainedAttempt Explain() =>
            new(Host?.Endpoint.Workload.Key.Name, Host?.Endpoint.Authority, Status == 0 ? null : Status,
                Flag == ResponseFlags.None ? null : Flag.ToString())
            {
                Reason = Reason,
            };
    }
}
