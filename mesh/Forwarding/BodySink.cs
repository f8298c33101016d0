using System.Runtime.ExceptionServices;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Takes a body that is written by its sender: up to a limit into memory, and the rest, when it is known who gets it, straight on.
/// </summary>
internal sealed class BodySink(int limit) : Stream
{
    private readonly MemoryStream _kept = new();
    private readonly TaskCompletionSource _isFull = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> _target = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExceptionDispatchInfo? _failure;

    /// <summary>Ends when there is more than the limit.</summary>
    public Task IsFull => _isFull.Task;

    /// <summary>Whether it was who gets the body that broke off.</summary>
    public bool HasFailed => _failure is not null;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What is in memory.</summary>
    public byte[] Kept() => _kept.ToArray();

    /// <summary>Hands over what is in memory, and lets the rest follow.</summary>
    public async Task AttachAsync(Stream target, CancellationToken cancellationToken)
    {
        await GuardAsync(target.WriteAsync(_kept.GetBuffer().AsMemory(0, (int)_kept.Length), cancellationToken));
        _target.TrySetResult(target);
    }

    /// <summary>Ends the sender's writing.</summary>
    public void Abandon() => _target.TrySetException(new IOException("Nobody takes the body."));

    /// <summary>Throws what writing on has thrown, which its sender may have kept to itself.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isFull.Task.IsCompleted)
        {
            if (_kept.Length + buffer.Length <= limit)
            {
                _kept.Write(buffer.Span);
                return;
            }

            _isFull.TrySetResult();
        }

        var target = await _target.Task.WaitAsync(cancellationToken);
        await GuardAsync(target.WriteAsync(buffer, cancellationToken));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_target.Task.IsCompletedSuccessfully)
            await GuardAsync(new(_target.Task.Result.FlushAsync(cancellationToken)));
    }

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task GuardAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            _target.TrySetException(exception);
            throw;
        }
    }
}
