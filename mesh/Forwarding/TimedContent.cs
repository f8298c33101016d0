using MessageBoard.Mesh.Explain;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>A response's body that has to come to its end within the route's timeout, as Envoy has it; else it breaks off.</summary>
internal sealed class TimedContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly MeshExchange _exchange;
    private CancellationTokenSource? _limit;

    /// <param name="content">The body.</param>
    /// <param name="exchange">Where it is noted that time was up.</param>
    /// <param name="rest">How much time there is.</param>
    public TimedContent(HttpContent content, MeshExchange exchange, TimeSpan rest)
    {
        (_content, _exchange) = (content, exchange);
        _limit = new(rest > TimeSpan.Zero ? rest.Clip() : TimeSpan.Zero);
        foreach (var (name, values) in content.Headers.NonValidated)
        {
            if (values.Count == 1)
                Headers.TryAddWithoutValidation(name, values.ToString());
            else
                Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override bool TryComputeLength(out long length) => (length = 0) > 0;

    // The stream has the limit then: whoever forwards a response may dispose of nothing else.
    protected override async Task<Stream> CreateContentReadStreamAsync() => new TimedStream(
        await _content.ReadAsStreamAsync(), _exchange,
        Interlocked.Exchange(ref _limit, null) ?? throw new InvalidOperationException("The body has been read."));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var body = await CreateContentReadStreamAsync();
        await body.CopyToAsync(stream, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            Interlocked.Exchange(ref _limit, null)?.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class TimedStream(Stream body, MeshExchange exchange, CancellationTokenSource limit) : ReadOnlyStream
    {
        private CancellationToken _caller;
        private CancellationTokenRegistration _registration;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Mostly all reads bring the same token.
            if (cancellationToken != _caller)
            {
                _registration.Dispose();
                _registration = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
                _caller = cancellationToken;
            }

            var read = body.ReadAsync(buffer, limit.Token);
            return read.IsCompletedSuccessfully ? read : WaitAsync(read, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _registration.Dispose();
                body.Dispose();
                limit.Dispose();
            }

            base.Dispose(disposing);
        }

        private async ValueTask<int> WaitAsync(ValueTask<int> read, CancellationToken caller)
        {
            try
            {
                return await read;
            }
            catch (Exception exception) when (limit.IsCancellationRequested && exception is OperationCanceledException or IOException)
            {
                caller.ThrowIfCancellationRequested();
                exchange.BrokeOff(ResponseFlags.UT);
                throw new IOException("upstream request timeout", exception);
            }
        }
    }
}
