using System.Diagnostics;
using MessageBoard.Mesh.Authorization;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Envoy's last filter: sends a request to its destination and copies of it to the mirrors.</summary>
/// <param name="pools">The connections.</param>
/// <param name="source">Who calls, signed; null for a caller without a name.</param>
internal sealed class Router(ConnectionPools pools, string? source)
{
    private readonly RequestBodies _bodies = new();

    public async ValueTask<HttpResponseMessage> SendAsync(Call call)
    {
        if (call.Upstream is not { } upstream)
            return LocalReply.Failure(ResponseFlags.NC, call);

        if (upstream.Resolving is { } resolving)
            await resolving.WaitAsync(call.Cancelled);

        if (upstream.IsOutdated)
            upstream = call.Generation.StateOf(upstream.Upstream);

        await _bodies.TakeAsync(call);
        var policy = EnvoyHeaders.Take(call);
        var begun = call.Begun is { Since: > 0 and var before } ? before : Stopwatch.GetTimestamp();

        // From the request as the caller wrote it, so before any rule changes it.
        var (hashKey, newCookie) = upstream.Hash is { } settings ? HashPolicy.Generate(settings, call) : default;
        call.Request.Headers.Host ??= call.Uri.Authority;
        HeaderRules.ApplyRequest(call);
        var pathAndQuery = Rewriting.Apply(call);
        CallerIdentity.Tell(call.Request, upstream.Upstream.IsExternal ? null : source);

        if (call.Route.Mirrors.Count > 0 && call.PassingBody is null)
            await Mirroring.SendAsync(call, pathAndQuery, pools, source);

        // Without a timeout the first try needs nobody to watch over it, and mostly it is the only one.
        var timeout = policy.Timeout ?? TimeSpan.Zero;
        var request = new UpstreamRequest(call, upstream, pools, pathAndQuery, hashKey) { AnswerLimit = policy.ShortestTimeout };
        if (call.PassingBody is not null)
            policy = policy.WithoutTimeouts(); // theirs begin when the body has gone
        else if (call.Begun?.First is not null)
            policy = policy.After(Stopwatch.GetElapsedTime(begun));

        var result = call.Begun?.First ?? (policy.HasTimeout ? default : await request.SendAsync(null, call.Cancelled));
        if (policy.HasTimeout || policy.IsRetriable(result))
            result = await new RetryState(request, policy, result).SendAsync();

        if (result.Response is not { } response)
            return LocalReply.Failure(result.Flag, call);

        if (newCookie is not null)
            response.Headers.TryAddWithoutValidation("Set-Cookie", newCookie);

        if (timeout > TimeSpan.Zero && HasBody(response))
        {
            var since = call.PassingBody is { SentAt: > 0 and var sent } ? sent : begun;
            response.Content = new TimedContent(response.Content, call.Exchange, timeout - Stopwatch.GetElapsedTime(since));
        }

        return HeaderRules.ApplyResponse(call, response);
    }

    // What is upgraded to another protocol has no end, and no limit.
    private static bool HasBody(HttpResponseMessage response) =>
        response.StatusCode is not (HttpStatusCode.SwitchingProtocols or HttpStatusCode.NoContent or HttpStatusCode.NotModified)
            && response.Content.Headers.ContentLength != 0;
}
