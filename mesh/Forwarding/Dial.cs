using System.Net.Sockets;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Connects to endpoints.</summary>
internal static class Dial
{
    /// <summary>A socket that is connected to an endpoint, and sends at once what it is given.</summary>
    /// <param name="host">The endpoint, whose name's address is the one that is known now; null for one without a name.</param>
    /// <param name="target">Where it is, if its name has no address yet, or it has none.</param>
    /// <param name="cancellationToken">Tells that it took too long, or is not wanted any more.</param>
    /// <exception cref="SocketException">There is no connection to be had.</exception>
    /// <exception cref="OperationCanceledException">It was told so.</exception>
    public static async ValueTask<Socket> ConnectAsync(UpstreamHost? host, DnsEndPoint target, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            EndPoint address = host?.Name?.Addresses is [var first, ..] ? new IPEndPoint(first, target.Port) : target;
            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
