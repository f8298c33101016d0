using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Does for one HTTP client what Envoy's sidecar does for a pod: passes each request through Envoy's HTTP filters.</summary>
/// <param name="mesh">The configuration and what is known of the upstreams.</param>
/// <param name="clock">The clock of injected delays.</param>
/// <param name="pools">The connections.</param>
/// <param name="source">Who calls, signed; null for a caller without a name.</param>
internal sealed class MeshHandler(MeshRuntime mesh, TimeProvider clock, ConnectionPools pools, string? source) : HttpMessageHandler
{
    private readonly Router _router = new(pools, source);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var call = new Call(request, mesh.Current, cancellationToken);

        // The filters in their order: each answers, or leaves it to the next.
        var response =
            LocalReply.NoRoute(call)

            // A preflight asks what a page may do; it is no request of the user's that a fault could fall on.
            ?? Cors.Preflight(call)

            // Around all that follows, so that a page may read an injected fault too.
            ?? Cors.Mark(
                call,

                // Before the router: a delay does not count for the route's timeout, and an abort is not tried again.
                await FaultInjection.InjectAsync(call, clock)
                    ?? LocalReply.Redirect(call)
                    ?? LocalReply.DirectResponse(call)

                    // Changes headers and target, sends copies to the mirrors, and tries and retries the destination's endpoints.
                    ?? await _router.SendAsync(call));
        response.RequestMessage ??= request;
        return response;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            pools.Dispose();

        base.Dispose(disposing);
    }
}
