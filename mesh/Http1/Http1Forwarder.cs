using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace MessageBoard.Mesh.Http1;

/// <summary>
/// Forwards plain HTTP/1.1 requests by routes that do nothing but pass them on, without a message of .NET's HTTP client in between: it
/// decides on the request as it came, writes its bytes into a connection, and copies the answer's. All other requests are YARP's, and so
/// is the rest of one whose first try gives no answer to pass on: YARP's goes on with the same decision.
/// </summary>
/// <param name="others">YARP's forwarder.</param>
/// <param name="mesh">The configuration and what is known of the upstreams.</param>
/// <param name="clock">The clock of the connections' rounds.</param>
/// <param name="source">Who calls, signed; null for a caller without a name.</param>
internal sealed class Http1Forwarder(IHttpForwarder others, MeshRuntime mesh, TimeProvider clock, string? source)
    : IHttpForwarder, IDisposable
{
    // A body waits whole until it is sent; all of them together have so much room.
    private const int MaxBody = 64 * 1024, MaxBodies = 64 * 1024 * 1024;

    private readonly Http1ConnectionPool _pool = new(clock);
    private readonly ConcurrentDictionary<string, CalledService> _services = [];
    private long _bodies;

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig,
        HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig,
        HttpTransformer transformer, CancellationToken cancellationToken) => IsPlain(context)
            ? SendPlainAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken)
            : others.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);

    public void Dispose() => _pool.Dispose();

    // What has a body says how long it is (RFC 9112, 6). A span tells of each try, which YARP's way does; and it writes known methods in
    // capitals, which to a service are others.
    private static bool IsPlain(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Request.Headers);
        return request.Protocol == HttpProtocol.Http11 && headers.TransferEncoding.Count == 0 && headers.ContentLength is null or <= MaxBody
            && headers.Upgrade.Count == 0 && headers.Expect.Count == 0 && headers.TE.Count == 0 && !HttpMethods.IsConnect(request.Method)
            && !request.Method.AsSpan().ContainsAnyInRange('a', 'z')
            && IsPlainConnection(headers.Connection) && TargetOf(context).StartsWith('/') && Activity.Current is null
            && context.GetReverseProxyFeature().Route.Config.Transforms is null or { Count: 0 }
            && context.Features.Get<IConnectionLifetimeFeature>() is not null && context.Features.Get<MeshExchange>() is not null;
    }

    // It may name headers that are of the connection (RFC 9110, 7.6.1).
    private static bool IsPlainConnection(StringValues options) => options.Count == 0
        || (options.Count == 1 && (options.ToString().Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
            || options.ToString().Equals("close", StringComparison.OrdinalIgnoreCase)));

    private static string TargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private CalledService ServiceOf(string prefix) => _services.TryGetValue(prefix, out var service)
        ? service
        : _services.GetOrAdd(prefix, static prefix => new(prefix));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ForwarderError> SendPlainAsync(
        HttpContext context, string prefix, HttpMessageInvoker client, ForwarderRequestConfig config, HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        using var call = new PlainCall(
            context, context.Features.Get<MeshExchange>()!, mesh.Current, ServiceOf(prefix), TargetOf(context));
        if (call.IsPlain && call.TryWriteHead(source) && (context.Request.ContentLength is null or 0 || await TryReadBodyAsync(call))
            && await TrySendAsync(call) is { } connection)
        {
            try
            {
                return await AnswerAsync(call, connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        if (call.IsCallerGone)
            return Fail(call, ForwarderError.RequestCanceled, StatusCodes.Status400BadRequest);

        transformer = new BegunTransformer(transformer, call.HandOver());
        return await others.SendAsync(context, prefix, client, config, transformer, cancellationToken);
    }

    private async ValueTask<bool> TryReadBodyAsync(PlainCall call)
    {
        var length = (int)call.Context.Request.ContentLength!.Value;
        try
        {
            return Interlocked.Add(ref _bodies, length) <= MaxBodies && await call.TryReadBodyAsync(length);
        }
        finally
        {
            Interlocked.Add(ref _bodies, -length);
        }
    }

    // Makes one try. Without an answer to pass on gives null, and says in the call how it ended.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Http1Connection?> TrySendAsync(PlainCall call)
    {
        var (exchange, upstream) = (call.Exchange, call.Upstream!);
        call.Begin();
        exchange.BeginTry();
        IDisposable? place = null;
        if (upstream.Limits is { } limits && (place = await EnterAsync(call, limits)) is null)
            return null;

        if (upstream.Pick(Random.Shared, null, null) is not { } host)
        {
            place?.Dispose();
            return call.Failed(ResponseFlags.UH);
        }

        exchange.Hold(host, place);
        while (true)
        {
            var kept = _pool.Take(host);
            if ((kept ?? await ConnectAsync(call, host)) is not { } connection)
                return null;

            connection.Watch(call.RestOf(call.Policy.ShortestTimeout), call.CallerGone);
            if (await ReadHeadAsync(call, connection))
                return Answered(call, host, connection) ? connection : null;

            // Whose connection ended before it said anything may never have read the request.
            var (ended, isUnread) = (connection.HasEnded, kept is not null && !connection.HasReceived);
            connection.Dispose();
            if (ended == Http1Connection.Ended.CallerGone)
                return call.CallerHasGone();

            if (ended == Http1Connection.Ended.TimeIsUp || !isUnread || !call.IsSafe)
                return call.Failed(ended == Http1Connection.Ended.TimeIsUp ? ResponseFlags.UT : ResponseFlags.UC, host);
        }
    }

    // A place among those that the connection pool has; null when there is none in time.
    private static async ValueTask<IDisposable?> EnterAsync(PlainCall call, ConnectionPoolLimits limits)
    {
        using var limit = call.Limit();
        try
        {
            var place = await limits.EnterAsync(limit.Token);
            if (place is null)
                call.Failed(ResponseFlags.UO);

            return place;
        }
        catch (OperationCanceledException)
        {
            _ = call.CallerGone.IsCancellationRequested ? call.CallerHasGone() : call.Failed(ResponseFlags.UT);
            return null;
        }
    }

    private async ValueTask<Http1Connection?> ConnectAsync(PlainCall call, UpstreamHost host)
    {
        using var limit = call.Limit();
        try
        {
            return await _pool.ConnectAsync(
                host, ConnectionTimes.Of(call.Upstream!.Upstream.Policy.ConnectionPool), limit.Token);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return call.CallerGone.IsCancellationRequested
                ? call.CallerHasGone()
                : call.Failed(limit.IsCancellationRequested ? ResponseFlags.UT : ResponseFlags.UF, host);
        }
    }

    // False when there is no answer that can be passed on.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> ReadHeadAsync(PlainCall call, Http1Connection connection)
    {
        try
        {
            await connection.SendAsync(call.Bytes);
        }
        catch (SocketException)
        {
            connection.Spoil(); // who answers early may close before it has read all: the answer is there then
        }

        try
        {
            return await connection.Response.ReadHeadAsync(call.IsHead);
        }
        catch (Exception exception) when (IsOfConnection(exception))
        {
            return false;
        }
    }

    // False when the route may want another try, with which others go on.
    private static bool Answered(PlainCall call, UpstreamHost host, Http1Connection connection)
    {
        var (response, exchange) = (connection.Response, call.Exchange);
        call.Upstream!.Answered(host, response.Status);
        exchange.EndTry(response.Status, ResponseFlags.None);
        exchange.IsDenied = response.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden
            && response.SaysDenied;
        if (!call.Policy.MayFollow(response.Status, response.SaysMore))
            return true;

        connection.Limit(Timeout.InfiniteTimeSpan);
        call.First = new(Http1Message.Of(connection, exchange.Notes.IsDenied), ResponseFlags.None, IsFinal: false);
        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ForwarderError> AnswerAsync(PlainCall call, Http1Connection connection)
    {
        var (response, answer) = (connection.Response, call.Context.Response);
        CopyHead(response, answer, call.Exchange.Notes.IsDenied);
        if (!response.IsDone && call.Policy.HasTimeout)
            connection.Limit(call.RestOf(call.Policy.Timeout)); // what a single try may take is over with the head

        try
        {
            while (await response.ReadBodyAsync() is { Length: > 0 } part)
            {
                await answer.Body.WriteAsync(part);
            }
        }
        catch (Exception exception) when (IsOfConnection(exception))
        {
            var ended = connection.HasEnded;
            connection.Dispose();
            if (ended == Http1Connection.Ended.TimeIsUp)
                call.Exchange.BrokeOff(ResponseFlags.UT);

            return ended == Http1Connection.Ended.CallerGone
                ? Fail(call, ForwarderError.ResponseBodyCanceled, StatusCodes.Status400BadRequest)
                : Fail(call, ForwarderError.ResponseBodyDestination, StatusCodes.Status502BadGateway);
        }

        Http1ConnectionPool.Return(connection);
        return ForwarderError.None;
    }

    private static void CopyHead(Http1Response response, HttpResponse answer, bool isDenied)
    {
        answer.StatusCode = response.Status;
        if (response.Reason is { } reason)
            answer.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = reason;

        var headers = answer.Headers;
        for (var i = 0; i < response.Headers.Count; i++)
        {
            var line = response.Headers[i];
            if (!response.Passes(line, isDenied))
                continue;

            var before = headers[line.Name];
            headers[line.Name] = before.Count == 0 ? line.Value : StringValues.Concat(before, line.Value);
        }
    }

    // As YARP's ends what cannot be ended well: with an answer of its own while there is time for one.
    private static ForwarderError Fail(PlainCall call, ForwarderError error, int status)
    {
        var context = call.Context;
        context.Features.Set<IForwarderErrorFeature>(new Http1Error(error));
        if (context.Response.HasStarted || status == StatusCodes.Status400BadRequest)
        {
            context.Abort();
        }
        else
        {
            context.Response.Clear();
            context.Response.StatusCode = status;
        }

        return error;
    }

    private static bool IsOfConnection(Exception exception) =>
        exception is SocketException or IOException or InvalidDataException or ObjectDisposedException;

    private sealed record Http1Error(ForwarderError Error) : IForwarderErrorFeature
    {
        public Exception? Exception => null;
    }
}
