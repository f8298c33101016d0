using MessageBoard.Mesh.Forwarding;

namespace MessageBoard.Mesh.Http1;

/// <summary>An answer as others want it, who may pass it on or try again.</summary>
internal static class Http1Message
{
    /// <summary>The answer that a connection has the head of; its body is read when it is asked for.</summary>
    /// <param name="connection">The connection, which goes back when the body has been read, and is closed with the message before.</param>
    /// <param name="isDenied">Whether the answer is the mesh's, which has said so.</param>
    public static HttpResponseMessage Of(Http1Connection connection, bool isDenied)
    {
        var response = connection.Response;
        var message = new HttpResponseMessage((HttpStatusCode)response.Status)
        {
            ReasonPhrase = response.Reason,
            Content = response.IsDone ? new ByteArrayContent([]) : new StreamContent(new Body(connection)),
        };
        for (var i = 0; i < response.Headers.Count; i++)
        {
            var line = response.Headers[i];
            if (response.Passes(line, isDenied) && !message.Headers.TryAddWithoutValidation(line.Name, line.Value))
                message.Content.Headers.TryAddWithoutValidation(line.Name, line.Value);
        }

        if (response.IsDone)
            Http1ConnectionPool.Return(connection);

        return message;
    }

    private sealed class Body(Http1Connection connection) : ReadOnlyStream
    {
        private ReadOnlyMemory<byte> _part;
        private bool _isLeft;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isLeft)
                return 0;

            using var cancel = cancellationToken.UnsafeRegister(static body => ((Body)body!).Dispose(), this);
            try
            {
                if (_part.IsEmpty)
                    _part = await connection.Response.ReadBodyAsync();
            }
            catch (Exception exception) when (exception is not IOException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new IOException(exception.Message, exception);
            }

            if (_part.IsEmpty && !Interlocked.Exchange(ref _isLeft, true))
                Http1ConnectionPool.Return(connection);

            var count = Math.Min(_part.Length, buffer.Length);
            _part[..count].CopyTo(buffer);
            _part = _part[count..];
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !Interlocked.Exchange(ref _isLeft, true))
                connection.Dispose();

            base.Dispose(disposing);
        }
    }
}
