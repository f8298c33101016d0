using System.Collections.Concurrent;
using System.Net.Sockets;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Tls;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Connections to endpoints. Upstreams with the same timeouts and TLS share a handler.</summary>
/// <param name="configure">What the client wants of its handlers beyond that; null for nothing.</param>
internal sealed class ConnectionPools(Action<SocketsHttpHandler>? configure = null) : IDisposable
{
    // Who does not know Expect (RFC 9110, 10.1.1) lets a large body wait no longer.
    private static readonly TimeSpan AnswerToExpect = TimeSpan.FromMilliseconds(250);

    // The path has to reach the service as the caller wrote it.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private static readonly HttpRequestOptionsKey<UpstreamHost> NamedHost = new("MessageBoard.Mesh.NamedHost");

    // TLS of the caller's own: its request is for https already.
    private static readonly ClientTls Callers = new();

    private readonly ConcurrentDictionary<(ConnectionTimes Times, ClientTls? Tls), HttpMessageInvoker> _handlers = [];

    /// <summary>
    /// Whether a request goes to an endpoint as HTTP/2. One that becomes another protocol (RFC 9110, 7.8) does not, nor one in TLS.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="request">The request.</param>
    /// <param name="upstream">The upstream.</param>
    /// <param name="isSecure">Whether the caller itself asked for https.</param>
    public static bool IsHttp2(Endpoint endpoint, HttpRequestMessage request, Upstream upstream, bool isSecure) =>
        upstream.IsHttp2 && endpoint.Http2Port is not null && !isSecure && !request.Headers.NonValidated.Contains("Upgrade");

    /// <summary>Sends a request to an endpoint.</summary>
    /// <param name="host">The endpoint.</param>
    /// <param name="pathAndQuery">The path and query that it gets.</param>
    /// <param name="request">The request, whose <c>Host</c> is set.</param>
    /// <param name="upstream">The upstream, for how it is called.</param>
    /// <param name="isSecure">Whether the caller itself asked for https, which is never sent in the clear.</param>
    /// <param name="cancellationToken">Tells that it is not waited for any more.</param>
    public Task<HttpResponseMessage> SendAsync(
        UpstreamHost host, string pathAndQuery, HttpRequestMessage request, Upstream upstream, bool isSecure,
        CancellationToken cancellationToken)
    {
        if (isSecure && upstream.Tls is not null)
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError, null,
                new TlsFailure("the request is TLS already, and tls of the rule wraps it again"));

        if (host.Name is not null)
            request.Options.Set(NamedHost, host);

        // With https the client keeps the connections of each host apart, as each has its own certificate.
        var tls = isSecure ? Callers : upstream.Tls;
        var endpoint = host.Endpoint;
        var authority = endpoint.Authority;
        if (IsHttp2(endpoint, request, upstream, isSecure))
        {
            authority = endpoint.Http2Authority;
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        }
        else if (upstream.IsHttp2)
        {
            // A try before may have been for an endpoint that takes it.
            (request.Version, request.VersionPolicy) = (HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact);
        }

        request.RequestUri = new Uri($"{(tls is null ? "http" : "https")}://{authority}{pathAndQuery}", AsWritten);
        var key = (ConnectionTimes.Of(upstream.Policy.ConnectionPool), tls);
        return _handlers.GetOrAdd(key, static (key, configure) => Create(key, configure), configure).SendAsync(request, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var handler in _handlers.Values)
            handler.Dispose();
    }

    private static HttpMessageInvoker Create((ConnectionTimes Times, ClientTls? Tls) key, Action<SocketsHttpHandler>? configure)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ActivityHeadersPropagator = null, // TryTrace knows more
            Expect100ContinueTimeout = AnswerToExpect,
            EnableMultipleHttp2Connections = true, // one has room for a hundred requests at a time
        };
        configure?.Invoke(handler);
        HeaderBytes.Keep(handler);
        handler.ConnectTimeout = key.Times.Connect.Clip();
        handler.PooledConnectionIdleTimeout = key.Times.Idle.Clip();
        handler.PooledConnectionLifetime = key.Times.Life.Clip();
        handler.ConnectCallback = key.Tls is not { } tls
            ? ConnectAsync
            : async (context, cancellationToken) => await TlsConnector.ConnectAsync(
                await ConnectAsync(context, cancellationToken), HostOf(context.InitialRequestMessage), tls, cancellationToken);
        return new(handler, disposeHandler: true);
    }

    private static string HostOf(HttpRequestMessage request)
    {
        var authority = request.Headers.Host!;
        var colon = authority.LastIndexOf(':');
        return (colon > authority.LastIndexOf(']') ? authority[..colon] : authority).Trim('[', ']');
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.TryGetValue(NamedHost, out var host);
        return new NetworkStream(await Dial.ConnectAsync(host, context.DnsEndPoint, cancellationToken), ownsSocket: true);
    }
}
