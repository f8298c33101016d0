using System.Collections.Concurrent;
using System.Net.Sockets;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Connections to endpoints. Upstreams with the same timeouts share a handler.</summary>
/// <param name="configure">What the client wants of its handlers beyond that; null for nothing.</param>
internal sealed class ConnectionPools(Action<SocketsHttpHandler>? configure = null) : IDisposable
{
    // Istio's connectTimeout, and Envoy's idle_timeout.
    private static readonly (TimeSpan Connect, TimeSpan Idle) Defaults = (TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));

    // The path has to reach the service as the caller wrote it.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private static readonly HttpRequestOptionsKey<UpstreamHost> NamedHost = new("MessageBoard.Mesh.NamedHost");

    private readonly ConcurrentDictionary<(TimeSpan Connect, TimeSpan Idle), HttpMessageInvoker> _handlers = [];

    /// <summary>Sends a request to an endpoint.</summary>
    public Task<HttpResponseMessage> SendAsync(
        UpstreamHost host, string pathAndQuery, HttpRequestMessage request, ConnectionPool? settings, CancellationToken cancellationToken)
    {
        if (host.Name is not null)
            request.Options.Set(NamedHost, host);

        request.RequestUri = new Uri($"http://{host.Endpoint.Authority}{pathAndQuery}", AsWritten);
        var timeouts = settings is null ? Defaults : (settings.ConnectTimeout ?? Defaults.Connect, settings.IdleTimeout ?? Defaults.Idle);
        return _handlers.GetOrAdd(timeouts, static (timeouts, configure) => Create(timeouts, configure), configure)
            .SendAsync(request, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var handler in _handlers.Values)
            handler.Dispose();
    }

    private static HttpMessageInvoker Create((TimeSpan Connect, TimeSpan Idle) timeouts, Action<SocketsHttpHandler>? configure)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ActivityHeadersPropagator = null, // TryTrace knows more
        };
        configure?.Invoke(handler);
        HeaderBytes.Keep(handler);
        handler.ConnectTimeout = timeouts.Connect.Clip();
        handler.PooledConnectionIdleTimeout = timeouts.Idle.Clip();
        handler.ConnectCallback = ConnectAsync;
        return new(handler, disposeHandler: true);
    }

    // As the client itself does it, but that a name's address is the one that is known now.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var isNamed = context.InitialRequestMessage.Options.TryGetValue(NamedHost, out var host);
        EndPoint target = isNamed && host!.Name!.Addresses is [var first, ..]
            ? new IPEndPoint(first, context.DnsEndPoint.Port)
            : context.DnsEndPoint;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
