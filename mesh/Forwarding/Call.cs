using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>One request on its way through the mesh, and the routing decision.</summary>
internal sealed class Call : IDisposable
{
    private readonly bool _isWatched;

    public Call(HttpRequestMessage request, MeshRuntime.Generation generation, CancellationToken cancelled)
        : this(request, generation, Random.Shared, cancelled)
    {
    }

    /// <param name="request">The request.</param>
    /// <param name="generation">The configuration.</param>
    /// <param name="random">Draws the destination.</param>
    /// <param name="cancelled">Tells that the caller has gone.</param>
    public Call(HttpRequestMessage request, MeshRuntime.Generation generation, Random random, CancellationToken cancelled)
    {
        _isWatched = request.Options.TryGetValue(MeshExchange.Key, out var exchange);
        (Request, Uri, Exchange, Cancelled) = (request, request.RequestUri!, exchange ?? new(), cancelled);
        if (request.Options.TryGetValue(BegunCall.Key, out var begun))
        {
            (Begun, Generation, Decision, Upstream) = (begun, begun.Generation, begun.Decision, begun.Upstream);
            return;
        }

        Generation = generation;
        Decision = generation.Routes.Decide(new OutgoingRequest(request, Uri), random);
        Upstream = Decision.Upstream is { } upstream ? generation.StateOf(upstream) : null;
        Exchange.Decided(request.Method.Method, Uri.Host, Decision, Upstream);
    }

    public HttpRequestMessage Request { get; }

    /// <summary>The address as the caller wrote it.</summary>
    public Uri Uri { get; }

    public MeshExchange Exchange { get; }

    public MeshRuntime.Generation Generation { get; }

    /// <summary>What another forwarder has begun; null where none has.</summary>
    public BegunCall? Begun { get; }

    /// <summary>Tells that the caller has gone.</summary>
    public CancellationToken Cancelled { get; }

    public RouteDecision Decision { get; }

    /// <summary>The route's rules; only a call without a route has none.</summary>
    public HttpRoute Route => Decision.Route!.Route;

    /// <summary>The destination's upstream; null when there is none.</summary>
    public UpstreamState? Upstream { get; }

    /// <summary>The body, where it is too large to be kept; else null.</summary>
    public PassingBody? PassingBody { get; set; }

    /// <summary>The body's place in memory; null where it has none.</summary>
    public IDisposable? BodyPlace { get; set; }

    /// <summary>Whether a timeout is answered with 204 and no words, as its caller may want it.</summary>
    public bool AnswersTimeoutWithNothing { get; set; }

    public void Dispose()
    {
        BodyPlace?.Dispose();
        PassingBody?.Abandon();
        Request.RequestUri = Uri; // the message is the caller's, who may look at it or send it again
        if (!_isWatched)
            Exchange.Complete(); // nobody will tell when the response has ended
    }
}
