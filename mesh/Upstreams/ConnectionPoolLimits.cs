using System.Threading.RateLimiting;

namespace MessageBoard.Mesh.Upstreams;

/// <summary>
/// Keeps to the limits of a connection pool, what Envoy calls circuit breaking
/// (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking). Over HTTP/1.1 a request has a
/// connection to itself, so a place among the connections is one among the requests; over HTTP/2 many requests share a few.
/// </summary>
internal sealed class ConnectionPoolLimits : IDisposable
{
    private readonly ConcurrencyLimiter? _connections, _requests;
    private readonly int _maxRetries;
    private int _retries;

    /// <param name="settings">The limits.</param>
    /// <param name="isShared">Whether requests share connections, which then hold nobody up.</param>
    public ConnectionPoolLimits(ConnectionPool settings, bool isShared)
    {
        (Settings, IsShared) = (settings, isShared);
        _maxRetries = settings.MaxRetries ?? int.MaxValue;
        if (!isShared && settings.MaxConnections is { } connections)
            _connections = new(new() { PermitLimit = connections, QueueLimit = settings.Http1MaxPendingRequests ?? int.MaxValue });

        if (settings.Http2MaxRequests is { } requests)
            _requests = new(new() { PermitLimit = requests, QueueLimit = 0 });
    }

    public ConnectionPool Settings { get; }

    public bool IsShared { get; }

    /// <summary>Waits for a place; null when there is none and the queue is full.</summary>
    public async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        var connection = _connections is null ? null : await _connections.AcquireAsync(1, cancellationToken);
        if (connection is { IsAcquired: false })
            return null;

        var request = _requests?.AttemptAcquire();
        if (request is not { IsAcquired: false })
            return new Place(connection, request);

        connection?.Dispose();
        return null;
    }

    /// <summary>Whether one more retry may be under way; <see cref="EndRetry"/> gives its place back.</summary>
    public bool TryBeginRetry()
    {
        if (Interlocked.Increment(ref _retries) <= _maxRetries)
            return true;

        EndRetry();
        return false;
    }

    public void EndRetry() => Interlocked.Decrement(ref _retries);

    public void Dispose()
    {
        // Who waits in the queue of an old configuration is let go; places that are held are given back to nobody.
        _connections?.Dispose();
        _requests?.Dispose();
    }

    private sealed class Place(RateLimitLease? connection, RateLimitLease? request) : IDisposable
    {
        public void Dispose()
        {
            request?.Dispose();
            connection?.Dispose();
        }
    }
}
