using System.Diagnostics;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Explain;

/// <summary>
/// What happened to one request in the mesh: numbers, and references to what many requests share. Whoever keeps a copy keeps no object
/// alive that is the request's own, unless more happened to it than to most; words are made only when somebody asks.
/// </summary>
public struct MeshNotes
{
    private RouteDecision _decision;
    private string? _host;
    private UpstreamState? _upstream;
    private Try _last;
    private Rest? _rest;
    private string? _foreseen;

    /// <summary>What went wrong; <see cref="ResponseFlags.None"/> when nothing did.</summary>
    public ResponseFlags Flags { get; internal set; }

    /// <summary>How many tries were begun.</summary>
    public readonly int Tries => _last.Number;

    /// <summary>Whether a policy of the called service refused it, by an AuthorizationPolicy, a token or a PeerAuthentication.</summary>
    public bool IsDenied { get; internal set; }

    /// <summary>Whether a data plane in this process has decided on the request. Where Envoy does, none has.</summary>
    public readonly bool IsDecided => _host is not null;

    /// <summary>
    /// The rule that took it: the name of the match that held, else the route's, else the first header it asks for, else its place from
    /// 1, as <c>#3</c>. Null for the default route, by whose weights was drawn, and where none is known.
    /// </summary>
    public readonly string? Rule => _decision.Route is { } route ? route.RuleOf(_decision.Match) : _foreseen;

    /// <summary>What the route that took it says; null where none is known.</summary>
    public readonly HttpRoute? Route => _decision.Route?.Route;

    /// <summary>
    /// The cluster of the subset that was drawn, whether the request went there or not; null where that is not bound to one cluster, or
    /// nothing was drawn.
    /// </summary>
    public readonly string? Heading => _decision.Destination?.Cluster;

    /// <summary>How long a fault held it up; zero for none.</summary>
    public readonly TimeSpan Delay => _rest?.Delay ?? TimeSpan.Zero;

    /// <summary>All tries, in order, where there was more than one; else none.</summary>
    public readonly IReadOnlyList<MeshTry> Retried => Tries > 1 ? [.. AllTries.Select(attempt => attempt.Read())] : [];

    /// <summary>The clusters that copies of it went to, of those that are bound to one.</summary>
    public readonly IReadOnlyList<string> MirrorClusters =>
        _rest?.Mirrors is { } mirrors ? [.. mirrors.Select(mirror => mirror.Cluster).OfType<string>()] : [];

    /// <summary>The endpoint of the last try; null when there was none.</summary>
    internal readonly UpstreamHost? Host => _last.Host;

    /// <summary>Why there was no answer to the last try.</summary>
    internal readonly ResponseFlags LastFlag => _last.Flag;

    private readonly IEnumerable<Try> AllTries => Tries == 0 ? [] : (_rest?.Earlier ?? []).Append(_last);

    /// <summary>Why the request went where it went; null when it never came to the mesh.</summary>
    public readonly MeshExplanation? Explain() => _host is null ? null : new()
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
        Attempts = [.. AllTries.Select(attempt => attempt.Explain())],
        Faults = _rest?.Faults ?? [],
        Mirrors = [.. _rest?.Mirrors?.Select(mirror => mirror.Subset is null ? mirror.Host : $"{mirror.Host}|{mirror.Subset}") ?? []],
        Ejected = _rest?.Ejected ?? [],
        Notes = _rest?.Notes ?? [],
        Flags = Flags.Format() ?? "",
    };

    internal void Foresee(string? rule) => _foreseen = rule;

    internal void Decided(string host, in RouteDecision decision, UpstreamState? upstream)
    {
        (_host, _decision, _upstream) = (host, decision, upstream);
        if (upstream is { HasEjected: true })
            More.Ejected = [.. upstream.Ejected.Select(ejected => ejected.Endpoint.Workload.Key.Name)];
    }

    internal void Delayed(TimeSpan delay) => More.Delay = delay;

    internal void Injected(string fault) => (More.Faults ??= []).Add(fault);

    internal void Note(string note) => (More.Notes ??= []).Add(note);

    internal void Mirrored(CompiledDestination destination) => (More.Mirrors ??= []).Add(destination);

    internal void BeginTry()
    {
        if (Tries > 0)
            (More.Earlier ??= []).Add(_last);

        _last = new(Tries + 1, null, 0, ResponseFlags.None);
    }

    internal void SentTo(UpstreamHost host, bool isHttp2) => _last = _last with { Host = host, IsHttp2 = isHttp2 };

    internal void EndTry(int status, ResponseFlags flag, string? reason) =>
        _last = _last with { Status = status, Flag = flag, Reason = reason };

    /// <summary>Where the last try goes, in a span's words.</summary>
    internal readonly void DescribeTry(Activity span) => TryTrace.Describe(span, _decision, _last.Host, Tries);

    private Rest More => _rest ??= new();

    private readonly string? NameOf(string kind) =>
        _decision.VirtualService is { } id && id.Kind == kind ? $"{id.Namespace}/{id.Name}" : null;

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

    // What happens to few. Not changed once the request is over, so that copies can share it.
    private sealed class Rest
    {
        public TimeSpan Delay { get; set; }

        public string[]? Ejected { get; set; }

        public List<Try>? Earlier { get; set; }

        public List<string>? Faults { get; set; }

        public List<string>? Notes { get; set; }

        public List<CompiledDestination>? Mirrors { get; set; }
    }

    private readonly record struct Try(int Number, UpstreamHost? Host, int Status, ResponseFlags Flag)
    {
        public string? Reason { get; init; }

        public bool IsHttp2 { get; init; }

        public MeshTry Read() =>
            new(Host?.Endpoint.Workload.Labels.GetValueOrDefault("cluster"), Host?.Endpoint.Workload.Key.Name,
                Status == 0 ? null : Status, Flag == ResponseFlags.None ? null : Flag.ToString());

        public ExplainedAttempt Explain() =>
            new(Host?.Endpoint.Workload.Key.Name, IsHttp2 ? Host?.Endpoint.Http2Authority : Host?.Endpoint.Authority,
                Status == 0 ? null : Status, Flag == ResponseFlags.None ? null : Flag.ToString())
            {
                Reason = Reason,
            };
    }
}
