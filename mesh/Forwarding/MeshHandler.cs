using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Polly.Timeout;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Does for one HTTP client what Envoy's sidecar does for a pod: routes each request, in the order of Envoy's filters (CORS, faults,
/// router), tries again where the route says so, and answers itself when nobody else does.
/// </summary>
/// <param name="mesh">The configuration and what is known of the upstreams.</param>
/// <param name="clock">The clock of injected delays.</param>
/// <param name="pools">The connections.</param>
/// <param name="source">Who calls, signed; null for a caller without a name.</param>
internal sealed class MeshHandler(MeshRuntime mesh, TimeProvider clock, ConnectionPools pools, string? source) : HttpMessageHandler
{
    private static readonly ConditionalWeakTable<HttpRoute, RetryPolicy> RetryPolicies = [];

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isWatched = request.Options.TryGetValue(MeshExchange.Key, out var exchange);
        exchange ??= new();
        var uri = request.RequestUri!;
        try
        {
            return await RouteAsync(request, uri, exchange, cancellationToken);
        }
        finally
        {
            request.RequestUri = uri; // the message is the caller's, who may look at it or send it again
            if (!isWatched)
                exchange.Complete(); // nobody will tell when the response has ended
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            pools.Dispose();

        base.Dispose(disposing);
    }

    // Most routes have neither CORS nor faults nor anything else but a destination: each step that does nothing costs nothing.
    private ValueTask<HttpResponseMessage> RouteAsync(HttpRequestMessage request, Uri uri, MeshExchange exchange, CancellationToken cancellationToken)
    {
        var generation = mesh.Current;
        var outgoing = new OutgoingRequest(request, uri);
        var decision = generation.Routes.Decide(outgoing, Random.Shared);
        var upstream = decision.Upstream is null ? null : generation.StateOf(decision.Upstream);
        exchange.Decided(outgoing.Host, decision, upstream);
        if (decision.Route is not { Route: var route })
        {
            exchange.Flags |= ResponseFlags.NR;
            return ValueTask.FromResult(Reply(LocalReply.NoRoute(exchange), request));
        }

        var call = new Call(request, uri, exchange, decision, upstream, generation, cancellationToken);
        return route.Cors is null || route.Destinations.Count == 0 ? FilterAsync(call) : CorsAsync(route.Cors, call); // Envoy's filter looks at no other routes
    }

    private async ValueTask<HttpResponseMessage> CorsAsync(CorsPolicy policy, Call call)
    {
        if (Cors.Preflight(policy, call.Request) is { } preflight)
            return Reply(preflight, call.Request);

        var response = await FilterAsync(call);
        Cors.Mark(policy, call.Request, response);
        return response;
    }

    private ValueTask<HttpResponseMessage> FilterAsync(Call call) => call.Route.Fault is null ? AnswerAsync(call) : InjectAsync(call.Route.Fault, call);

    private async ValueTask<HttpResponseMessage> InjectAsync(HttpFault fault, Call call) =>
        await FaultInjection.InjectAsync(fault, call.Exchange, clock, call.Cancelled) is { } aborted ? Reply(aborted, call.Request) : await AnswerAsync(call);

    private ValueTask<HttpResponseMessage> AnswerAsync(Call call)
    {
        if (call.Route.Redirect is { } redirect)
            return ValueTask.FromResult(Finish(LocalReply.Redirect(redirect, call.Uri, call.Request.Headers.Host ?? call.Uri.Authority), call));

        if (call.Route.DirectResponse is { } direct)
            return ValueTask.FromResult(Finish(LocalReply.Direct(direct), call));

        return call.Upstream is null ? ValueTask.FromResult(Fail(call, ResponseFlags.UH)) : ForwardAsync(call);
    }

    private async ValueTask<HttpResponseMessage> ForwardAsync(Call call)
    {
        var (request, route, exchange) = (call.Request, call.Route, call.Exchange);
        var newCookie = call.Upstream!.Hash is { } hash ? call.TakeKey(hash) : null;
        Prepare(call);
        var retry = call.Retry = RetryPolicies.GetValue(route, static route => new(route.Retries ?? HttpRetry.Default, route.Timeout));
        if (retry.NeedsBody || route.Mirrors.Count > 0)
            call.BodyIsKept = await Bodies.TryBufferAsync(request, call.Cancelled);

        if (route.Mirrors.Count > 0)
            await Mirroring.SendAsync(call, pools, call.Cancelled);

        // Without a timeout the first try needs nobody to watch over it, and mostly it is the only one.
        if (!retry.HasTimeout)
            call.Last = await TryAsync(call, call.Cancelled);

        if (retry.HasTimeout || retry.IsRetriable(call.Last))
            call.Last = await TryAsync(retry, call);

        if (retry.IsExhausted(exchange.Tries, call.Last))
            exchange.Flags |= ResponseFlags.URX;

        if (call.Last.Response is not { } response)
            return Fail(call, call.Last.Flag);

        if (newCookie is not null)
            response.Headers.TryAddWithoutValidation("Set-Cookie", newCookie);

        return Finish(response, call);
    }

    private void Prepare(Call call)
    {
        var (request, route) = (call.Request, call.Route);
        request.Headers.Host ??= call.Uri.Authority;
        HeaderRules.Apply(call.Decision.Destination!.Headers.Request, request);
        HeaderRules.Apply(call.Decision.Route!.Headers.Request, request);
        if (route.Rewrite is { } rewrite)
        {
            request.Headers.Host = rewrite.Authority ?? request.Headers.Host;
            call.PathAndQuery = Rewriting.PathAndQuery(rewrite, call.Decision.Match < 0 ? null : route.Matches[call.Decision.Match], call.Uri);
        }

        // Whatever the request says of its caller came from outside.
        if (request.Headers.NonValidated.Contains(CallerIdentity.Header))
            request.Headers.Remove(CallerIdentity.Header);

        if (source is not null)
            request.Headers.TryAddWithoutValidation(CallerIdentity.Header, source);
    }

    private async ValueTask<UpstreamResult> TryAsync(RetryPolicy retry, Call call)
    {
        if (retry.Pipeline is null)
            return call.Last;

        try
        {
            return await retry.Pipeline.ExecuteAsync(static (state, token) => state.Handler.TryAgainAsync(state.Call, token), (Handler: this, Call: call), call.Cancelled);
        }
        catch (Exception exception) when (exception is TimeoutRejectedException or OperationCanceledException)
        {
            // Between two tries: the answer of the one before is nobody's any more.
            call.Last.Response?.Dispose();
            if (exception is OperationCanceledException)
                throw;

            return new(null, ResponseFlags.UT, true);
        }
    }

    private async ValueTask<UpstreamResult> TryAgainAsync(Call call, CancellationToken cancellationToken)
    {
        if (!call.PipelineHasBegun)
        {
            call.PipelineHasBegun = true;
            return call.Exchange.Tries > 0 ? call.Last : call.Last = await TryAsync(call, cancellationToken);
        }

        call.AvoidLast();
        var limits = call.Upstream!.Limits;
        if (limits?.TryBeginRetry() == false)
        {
            call.Exchange.Flags |= ResponseFlags.UO;
            return call.Last with { BodyIsSpent = true }; // its own answer is the last one
        }

        try
        {
            call.Last.Response?.Dispose();
            return call.Last = await TryAsync(call, cancellationToken);
        }
        finally
        {
            limits?.EndRetry();
        }
    }

    private async ValueTask<UpstreamResult> TryAsync(Call call, CancellationToken cancellationToken)
    {
        var (request, upstream, exchange) = (call.Request, call.Upstream!, call.Exchange);
        exchange.BeginTry();
        IDisposable? place = null;
        if (upstream.Limits is { } limits && (place = await limits.EnterAsync(cancellationToken)) is null)
            return End(ResponseFlags.UO);

        if (upstream.Pick(Random.Shared, call.HashKey, call.Tried) is not { } host)
        {
            place?.Dispose();
            return End(ResponseFlags.UH);
        }

        exchange.Hold(host, place);
        call.Host = host;

        using var span = TryTrace.Begin(request, host, exchange);
        try
        {
            var response = await pools.SendAsync(host, call.PathAndQuery, request, upstream.Upstream.Policy.ConnectionPool, cancellationToken);
            upstream.Answered(host, (int)response.StatusCode);
            exchange.EndTry((int)response.StatusCode, ResponseFlags.None);
            span?.SetTag("http.response.status_code", (int)response.StatusCode);
            return new(response, ResponseFlags.None, !call.BodyIsKept && request.Content is not null);
        }
        catch (HttpRequestException exception) when (!IsCallersFault(exception))
        {
            upstream.Failed(host);
            return End(IsConnectFailure(exception.HttpRequestError) ? ResponseFlags.UF : ResponseFlags.UC);
        }
        catch (OperationCanceledException exception) when (!call.Cancelled.IsCancellationRequested)
        {
            upstream.Failed(host);
            return End(cancellationToken.IsCancellationRequested || exception.InnerException is not TimeoutException ? ResponseFlags.UT : ResponseFlags.UF);
        }

        UpstreamResult End(ResponseFlags flag)
        {
            exchange.EndTry(0, flag);
            return new(null, flag, flag != ResponseFlags.UF && !call.BodyIsKept && request.Content is not null);
        }
    }

    private static HttpResponseMessage Finish(HttpResponseMessage response, Call call)
    {
        HeaderRules.Apply(call.Decision.Destination?.Headers.Response ?? HeaderOperations.None, response);
        HeaderRules.Apply(call.Decision.Route!.Headers.Response, response);
        return Reply(response, call.Request);
    }

    private static HttpResponseMessage Fail(Call call, ResponseFlags flag)
    {
        call.Exchange.Flags |= flag;
        return Finish(LocalReply.Failure(flag, call.Exchange), call);
    }

    private static HttpResponseMessage Reply(HttpResponseMessage response, HttpRequestMessage request)
    {
        response.RequestMessage ??= request;
        return response;
    }

    // The body that the caller sends was too large or broke off: YARP knows what to answer.
    private static bool IsCallersFault(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is BadHttpRequestException or ConnectionResetException)
                return true;
        }

        return false;
    }

    private static bool IsConnectFailure(HttpRequestError error) =>
        error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
}
