namespace MessageBoard.Local.Processes;

/// <summary>Whether a process is to be down. Changed by one thread, read by any.</summary>
internal sealed class DrillSignal
{
    private volatile TaskCompletionSource _begun = New();
    private volatile TaskCompletionSource _over = New();

    /// <summary>Completes when a drill begins; complete while there is one.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Completes when the drill that has begun is over.</summary>
    public Task Over => _over.Task;

    /// <summary>Begins a drill or ends it; nothing when it is so already.</summary>
    public void Set(bool on)
    {
        if (on == _begun.Task.IsCompleted)
            return;

        // The other task first: whoever is woken by the one waits for the other next.
        if (on)
        {
            _over = New();
            _begun.SetResult();
        }
        else
        {
            _begun = New();
            _over.SetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
