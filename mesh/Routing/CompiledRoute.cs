using MessageBoard.Mesh.Retries;

namespace MessageBoard.Mesh.Routing;

/// <summary>A route with the upstreams of its destinations looked up.</summary>
public sealed class CompiledRoute
{
    private readonly CompiledMatch[] _matches;
    private readonly CompiledDestination[] _destinations;
    private readonly string[] _rules;

    internal CompiledRoute(
        int index, HttpRoute route, CompiledMatch[] matches, CompiledDestination[] destinations, CompiledDestination[] mirrors)
    {
        (Index, Route, _matches, _destinations, Mirrors) = (index, route, matches, destinations, mirrors);
        Headers = destinations.Length == 1 ? HttpHeaderRules.None : route.Headers;
        Retries = new(route.Retries ?? HttpRetry.Default, route.Timeout);
        TotalWeight = destinations.Length > 1 ? destinations.Sum(destination => destination.Weight) : 0;
        _rules = new string[route.Matches.Count + 1];
        _rules[0] = RuleOf(null);
        for (var i = 0; i < route.Matches.Count; i++)
            _rules[i + 1] = RuleOf(route.Matches[i]);
        IsPlain = route is { Redirect: null, DirectResponse: null, Rewrite: null, Fault: null, Cors: null } && mirrors.Length == 0
            && Headers.IsEmpty && Array.TrueForAll(destinations, destination => destination.Headers.IsEmpty);
    }

    /// <summary>Its place under <c>spec.http</c>, from 0; -1 for the route of a service without a VirtualService.</summary>
    public int Index { get; }

    /// <summary>The VirtualService it belongs to; null for the route of a service without one.</summary>
    public ResourceKey? VirtualService { get; init; }

    /// <summary>The VirtualService to which the rule was delegated; null where it was not.</summary>
    public ResourceKey? Delegate { get; init; }

    /// <summary>Its place under the delegate's <c>spec.http</c>, from 0; -1 without one.</summary>
    public int DelegateIndex { get; init; } = -1;

    /// <summary>The route as it was written; of a delegate with what the rule that delegates says.</summary>
    public HttpRoute Route { get; }

    /// <summary>Its destinations.</summary>
    public IReadOnlyList<CompiledDestination> Destinations => _destinations;

    /// <summary>The services that get a copy, in the order of <see cref="HttpRoute.Mirrors"/>.</summary>
    public IReadOnlyList<CompiledDestination> Mirrors { get; }

    /// <summary>
    /// Headers to change after the destination's. To Istio a single destination's and its route's are one: then there are none.
    /// </summary>
    public HttpHeaderRules Headers { get; }

    /// <summary>When it tries again, and when it gives up.</summary>
    internal RetryPolicy Retries { get; }

    /// <summary>Whether it does nothing to requests and answers but passing them on, and maybe trying again.</summary>
    internal bool IsPlain { get; }

    /// <summary>The sum of the weights that a draw is made from; 0 where nothing is drawn.</summary>
    public int TotalWeight { get; }

    /// <summary>Whether it takes what no other rule of its service takes, so that its weights are the service's.</summary>
    internal bool IsDefault { get; init; }

    /// <summary>
    /// The rule in a few words: the name of the match that held, else the route's, else the first header it asks for, else its place from
    /// 1, as <c>#3</c>; null for the default route, and for that of a service without a VirtualService.
    /// </summary>
    /// <param name="match">The place of the match that held; -1 for none.</param>
    internal string? RuleOf(int match) => IsDefault || Index < 0 ? null : _rules[match + 1];

    /// <summary>Whether it takes every request of its caller.</summary>
    internal bool IsCatchAll => _matches.Length == 0 || _matches.Any(match => match.IsCatchAll);

    /// <summary>
    /// The rules of several VirtualServices in one list: what takes every request stands behind all others, as a gateway has it
    /// (SortVHostRoutes in pilot/pkg/networking/core/route/route.go).
    /// </summary>
    internal static IEnumerable<CompiledRoute> WithCatchAllsLast(IReadOnlyList<CompiledRoute> routes) =>
        [.. routes.SelectMany(route => route.Split(catchAll: false)), .. routes.SelectMany(route => route.Split(catchAll: true))];

    // To Envoy each match is a route of its own.
    private IEnumerable<CompiledRoute> Split(bool catchAll)
    {
        if (IsCatchAll == catchAll && (_matches.Length == 0 || Array.TrueForAll(_matches, match => match.IsCatchAll == catchAll)))
            return [this];

        return Array.FindAll(_matches, match => match.IsCatchAll == catchAll) is { Length: > 0 } part
            ?
            [
                new(Index, Route, part, _destinations, [.. Mirrors])
                {
                    VirtualService = VirtualService, Delegate = Delegate, DelegateIndex = DelegateIndex, IsDefault = IsDefault,
                },
            ]
            : [];
    }

    private string RuleOf(HttpMatch? match) => match?.Name ?? Route.Name
        ?? (match?.Headers is [var header, ..] ? header.Key : string.Create(CultureInfo.InvariantCulture, $"#{Index + 1}"));

    /// <summary>Whether the request is for this route, and by which of its matches; -1 when it has none.</summary>
    internal bool Matches<TRequest>(in TRequest request, out int match) where TRequest : struct, IRoutableRequest
    {
        match = -1;
        if (_matches.Length == 0)
            return true;

        foreach (var candidate in _matches)
        {
            if (!candidate.Holds(request))
                continue;

            match = candidate.Index;
            return true;
        }

        return false;
    }

    /// <summary>The destination that a draw falls on; null without destinations.</summary>
    /// <param name="random">Where the draw comes from.</param>
    /// <param name="draw">The draw; -1 when there was nothing to draw.</param>
    internal CompiledDestination? Pick(Random random, out int draw)
    {
        draw = -1;
        if (_destinations.Length <= 1)
            return _destinations.Length == 0 ? null : _destinations[0];

        draw = random.Next(TotalWeight);
        var rest = draw;
        foreach (var destination in _destinations)
        {
            rest -= destination.Weight;
            if (rest < 0)
                return destination;
        }

        return _destinations[^1];
    }
}

/// <summary>A destination with its upstreams.</summary>
public sealed class CompiledDestination
{
    private readonly Upstream[] _upstreams;

    internal CompiledDestination(
        string host, HttpRouteDestination written, HttpHeaderRules headers, Upstream[] upstreams, string? cluster) =>
        (Host, Subset, Weight, Headers, _upstreams, Cluster) =
            (host, written.Destination.Subset, written.Weight ?? 0, headers, upstreams, cluster);

    /// <summary>The service's full name.</summary>
    public string Host { get; }

    /// <summary>The subset; null for the whole service.</summary>
    public string? Subset { get; }

    /// <summary>The one cluster that it is for; null where it is for all alike.</summary>
    public string? Cluster { get; }

    /// <summary>Its share of the sum of all weights.</summary>
    public int Weight { get; }

    /// <summary>Headers to change for this destination; those of the route among them where it is the only one.</summary>
    public HttpHeaderRules Headers { get; }

    /// <summary>
    /// Whether there is such a service, subset and port: with none Envoy's flag is NC, as it has no such cluster. A known one may have
    /// no endpoint, which is UH.
    /// </summary>
    public bool IsKnown => _upstreams.Length > 0;

    // A destination that names no port is called at the one that the caller addresses.
    internal Upstream? UpstreamAt(int port)
    {
        if (_upstreams.Length <= 1)
            return _upstreams.Length == 0 ? null : _upstreams[0];

        foreach (var upstream in _upstreams)
        {
            if (upstream.Port == port)
                return upstream;
        }

        return null;
    }
}
