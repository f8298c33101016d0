using System.Collections.Concurrent;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Http1;

/// <summary>Idle connections to endpoints. The one that was used last is used first, so that those that are too many grow old.</summary>
internal sealed class Http1ConnectionPool : IDisposable
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, IdleConnections> _idle = [];
    private readonly ITimer _rounds;

    /// <param name="clock">The clock of the rounds in which those that are of no use any more are closed.</param>
    public Http1ConnectionPool(TimeProvider clock) =>
        _rounds = clock.CreateTimer(static pool => ((Http1ConnectionPool)pool!).GoRound(), this, Round, Round);

    /// <summary>An idle connection, whose use has begun; null when there is none.</summary>
    public Http1Connection? Take(UpstreamHost host)
    {
        if (!_idle.TryGetValue(host.Endpoint.Authority, out var idle))
            return null;

        while (idle.Pop() is { } connection)
        {
            if (connection.IsFresh && connection.TryBegin())
                return connection;

            connection.Dispose();
        }

        return null;
    }

    /// <summary>A new connection, whose use has begun.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is none to be had.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or is not wanted any more.</exception>
    public async ValueTask<Http1Connection> ConnectAsync(
        UpstreamHost host, ConnectionTimes times, CancellationToken cancellationToken)
    {
        var connection = await Http1Connection.ConnectAsync(host, times, cancellationToken);
        connection.Home = _idle.GetOrAdd(host.Endpoint.Authority, static _ => new());
        connection.TryBegin(); // one that is closed already tells it in the answer's place
        return connection;
    }

    /// <summary>Takes a connection back whose answer has come to its end.</summary>
    public static void Return(Http1Connection connection)
    {
        if (!connection.Response.CanStay || !connection.TryRelease() || !connection.IsFresh)
        {
            connection.Dispose();
            return;
        }

        connection.Home.Push(connection);
    }

    public void Dispose()
    {
        _rounds.Dispose();
        foreach (var idle in _idle.Values)
            idle.RemoveAll(static _ => true);
    }

    private void GoRound()
    {
        foreach (var idle in _idle.Values)
            idle.RemoveAll(static connection => !connection.IsFresh || connection.IsClosed());
    }
}
