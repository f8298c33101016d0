using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Mesh.Configuration;

/// <summary>Wakes one waiter; however often it is set before, once.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without its wait handle holds nothing to release.")]
internal sealed class ChangeSignal
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Whether the next one to wait is woken at once.</summary>
    public bool IsSet => _set.CurrentCount > 0;

    /// <summary>Wakes the waiter, or the next one.</summary>
    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    /// <summary>Waits until it is set; false when that took too long.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _set.WaitAsync(timeout, cancellationToken);
}
