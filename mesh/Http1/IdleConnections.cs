namespace MessageBoard.Mesh.Http1;

/// <summary>The idle connections to one endpoint.</summary>
internal sealed class IdleConnections
{
    private readonly List<Http1Connection> _connections = [];

    /// <summary>Adds one.</summary>
    public void Push(Http1Connection connection)
    {
        lock (_connections)
            _connections.Add(connection);
    }

    /// <summary>Takes the one out that was added last; null when there is none.</summary>
    public Http1Connection? Pop()
    {
        lock (_connections)
        {
            if (_connections.Count == 0)
                return null;

            var last = _connections[^1];
            _connections.RemoveAt(_connections.Count - 1);
            return last;
        }
    }

    /// <summary>Closes those for which a condition holds.</summary>
    public void RemoveAll(Predicate<Http1Connection> which)
    {
        List<Http1Connection> removed;
        lock (_connections)
        {
            removed = _connections.FindAll(which);
            _connections.RemoveAll(removed.Contains);
        }

        removed.ForEach(static connection => connection.Dispose());
    }
}
