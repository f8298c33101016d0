using System.Diagnostics;
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
            return LocalReply.Failure(ResponseFlags.NC, call);

        if (upstream.Resolving is { } resolving)
            await resolving.WaitAsync(call.Cancelled);

        if (upstream.IsOutdated)
            upstream = call.Generation.StateOf(upstream.Upstream);

        await TakeBodyAsync(call);

        var policy = EnvoyHeaders.Take(call);
        var begun = Stopwatch.GetTimestamp();

        // From the request as the caller wrote it, so before any rule changes it.
        var (hashKey, newCookie) = upstream.Hash is { } settings ? HashPolicy.Generate(settings, call) : default;
        call.Request.Headers.Host ??= call.Uri.Authority;
        HeaderRules.ApplyRequest(call);
        var pathAndQuery = Rewriting.Apply(call);
        CallerIdentity.Tell(call.Request, upstream.Upstream.IsExternal ? null : source);

        if (call.Route.Mirrors.Count > 0)
            await Mirroring.SendAsync(call, pathAndQuery, pools, source);

        // Without a timeout the first try needs nobody to watch over it, and mostly it is the only one.
        var request = new UpstreamRequest(call, upstream, pools, pathAndQuery, hashKey);
        var result = policy.HasTimeout ? default : await request.SendAsync(null, call.Cancelled);
        if (policy.HasTimeout || policy.IsRetriable(result))
            result = await new RetryState(request, policy, result).SendAsync();

        if (result.Response is not { } response)
            return LocalReply.Failure(result.Flag, call);

        if (newCookie is not null)
            response.Headers.TryAddWithoutValidation("Set-Cookie", newCookie);

        if (policy.Timeout is { } timeout && timeout > TimeSpan.Zero && HasBody(response))
            response.Content = new TimedContent(response.Content, call.Exchange, timeout - Stopwatch.GetElapsedTime(begun));

        return HeaderRules.ApplyResponse(call, response);
    }

    // What is upgraded to another protocol has no end, and no limit.
    private static bool HasBody(HttpResponseMessage response) =>
        response.StatusCode is not (HttpStatusCode.SwitchingProtocols or HttpStatusCode.NoContent or HttpStatusCode.NotModified)
            && response.Content.Headers.ContentLength != 0;

    // All of it, before any endpoint has the request: a sender who is slow, breaks off or writes nonsense costs nobody but itself a place,
    // a timeout (Envoy's begins here too) or an error, and it can be sent again. Who lets strangers send one has bounded it: the gateway's
    // Kestrel to 64 KiB.
    private static async ValueTask TakeBodyAsync(Call call)
    {
        var request = call.Request;
        if (request.Headers.NonValidated.Contains("Expect"))
            request.Headers.Remove("Expect"); // it has come already

        if (request.Content is not null)
            await request.Content.LoadIntoBufferAsync(call.Cancelled);
        else if (!IsSafe(request.Method))
            request.Content = new ByteArrayContent([]); // else the client would send it again when a kept connection ends without an answer
    }

    // https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
    private static bool IsSafe(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Trace;
}
