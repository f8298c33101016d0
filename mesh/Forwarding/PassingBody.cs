using System.Diagnostics;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>A request's body that goes on as it comes, once: it is too large to be kept.</summary>
/// <param name="content">The body.</param>
/// <param name="begun">What was read of it to learn how large it is; null where nothing was.</param>
internal sealed class PassingBody(HttpContent content, (BodySink Sink, Task Copy)? begun) : HttpContent
{
    private CancellationTokenSource? _limit;
    private TimeSpan _time;

    /// <summary>Whether an endpoint may have got some of it, so that no other can get it whole.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>When all of it had been sent; 0 before.</summary>
    public long SentAt { get; private set; }

    /// <summary>Whether it was the sender who broke off.</summary>
    public bool IsSourceAtFault { get; private set; }

    /// <summary>Gives an endpoint so much time to answer, counted from when all has been sent, as Envoy counts it.</summary>
    public void LimitAnswer(CancellationTokenSource limit, TimeSpan time) => (_limit, _time) = (limit, time);

    /// <summary>Lets the sender go, where nobody wants the rest.</summary>
    public void Abandon()
    {
        if (!IsTouched)
            begun?.Sink.Abandon();
    }

    protected override bool TryComputeLength(out long length) => (length = 0) > 0;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsTouched = true;
        var (sink, copy) = begun ?? (new BodySink(0), null!);
        try
        {
            await sink.AttachAsync(stream, cancellationToken);
            await (copy ?? content.CopyToAsync(sink, cancellationToken));
            sink.ThrowIfFailed();
        }
        catch (Exception)
        {
            IsSourceAtFault = !sink.HasFailed && !cancellationToken.IsCancellationRequested;
            throw;
        }

        SentAt = Stopwatch.GetTimestamp();
        if (_time > TimeSpan.Zero)
            _limit?.CancelAfter(_time.Clip());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();

        base.Dispose(disposing);
    }
}
