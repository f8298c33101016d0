using MessageBoard.Mesh.Authorization;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Envoy's last filter: sends a request to its destination and copies of it to the mirrors.</summary>
/// <param name="pools">The connections.</param>
/// <param name="source">Who calls, signed; null for a caller without a name.</param>
internal sealed class Router(ConnectionPools pools, string? source)
{
    public async ValueTask<HttpResponseMessage> SendAsync(Call call)
    {
        if (call.Upstream is not { } upstream)
            return LocalReply.Failure(ResponseFlags.UH, call);

        // From the request as the caller wrote it, so before any rule changes it.
        var (hashKey, newCookie) = upstream.Hash is { } settings ? HashPolicy.Generate(settings, call) : default;
        call.Request.Headers.Host ??= call.Uri.Authority;
        HeaderRules.ApplyRequest(call);
        var pathAndQuery = Rewriting.Apply(call);
        Identify(call.Request);

        var policy = call.Decision.Route!.Retries;
        var hasMirrors = call.Route.Mirrors.Count > 0;
        var bodyIsKept = (policy.NeedsBody || hasMirrors) && await RequestBuffering.TryBufferAsync(call.Request, call.Cancelled);
        if (hasMirrors && bodyIsKept)
            await Mirroring.SendAsync(call, pathAndQuery, pools);

        // Without a timeout the first try needs nobody to watch over it, and mostly it is the only one.
        var request = new UpstreamRequest(call, upstream, pools, pathAndQuery, hashKey, bodyIsKept);
        var result = policy.HasTimeout ? default : await request.SendAsync(null, call.Cancelled);
        if (policy.HasTimeout || policy.IsRetriable(result))
            result = await new RetryState(request, policy, result).SendAsync();

        if (result.Response is not { } response)
            return LocalReply.Failure(result.Flag, call);

        if (newCookie is not null)
            response.Headers.TryAddWithoutValidation("Set-Cookie", newCookie);

        return HeaderRules.ApplyResponse(call, response);
    }

    private void Identify(HttpRequestMessage request)
    {
        // Whatever the request says of its caller came from outside.
        if (request.Headers.NonValidated.Contains(CallerIdentity.Header))
            request.Headers.Remove(CallerIdentity.Header);

        if (source is not null)
            request.Headers.TryAddWithoutValidation(CallerIdentity.Header, source);
    }
}
