using System.Collections.Concurrent;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>What a backend was asked, and whether it is at it.</summary>
internal class Recorder
{
    private int _busy;

    public ConcurrentQueue<HttpText> Seen { get; } = [];

    public void Begin() => Interlocked.Increment(ref _busy);

    public void End() => Interlocked.Decrement(ref _busy);

    /// <summary>Waits until it is done with what it was asked.</summary>
    public async Task QuietAsync()
    {
        if (Volatile.Read(ref _busy) > 0)
            await Eventually.IsTrueAsync(() => Volatile.Read(ref _busy) == 0, "the backend is done: its connection was ended", 30);
    }

    /// <summary>Ends the connections that nothing is going on with.</summary>
    /// <param name="isReset">Whether with a reset.</param>
    public virtual void EndKept(bool isReset = false)
    {
    }
}
