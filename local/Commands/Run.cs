using MessageBoard.Local.State;

namespace MessageBoard.Local.Commands;

/// <summary>The processes of one run, in the order they start and stop.</summary>
internal sealed class Run(IReadOnlyList<SupervisedProcess> processes, RunBoard board)
{
    // A process that died this often without ever being ready will not be ready by waiting on.
    private const int HopelessRestarts = 3;

    private readonly List<SupervisedProcess> _started = [];

    /// <summary>Stores first, then the rest together; returns when all are ready. Nothing waits for the telemetry's then.</summary>
    /// <exception cref="LaunchException">One was not ready within the bound; the message has its last log lines.</exception>
    public async Task StartAsync(TimeSpan bound, CancellationToken stop)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        failed.CancelAfter(bound);
        try
        {
            await StartAsync(processes.Where(process => process.Spec.Role == ProcessRole.Store), failed.Token);
            await StartAsync(
                processes.Where(process => process.Spec.Role is not (ProcessRole.Store or ProcessRole.Telemetry)), failed.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw NotReady(bound);
        }

        // Not before, as it would take the others' processors.
        Start(processes.Where(process => process.Spec.Role == ProcessRole.Telemetry));
    }

    /// <summary>In the order of their roles.</summary>
    public async Task StopAsync()
    {
        board.Enter(RunPhase.Stopping);
        foreach (var stage in _started.GroupBy(process => process.Spec.Role).OrderBy(stage => stage.Key))
            await Task.WhenAll(stage.Select(process => process.StopAsync()));

        board.Enter(RunPhase.Stopped);
        foreach (var process in processes)
            process.Dispose();
    }

    private async Task StartAsync(IEnumerable<SupervisedProcess> stage, CancellationToken cancellationToken)
    {
        var starting = Start(stage);
        var ready = Task.WhenAll(starting.Select(process => process.FirstReady));
        while (!ready.IsCompleted)
        {
            await Task.WhenAny(ready, Task.Delay(100, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (starting.Any(process => process.State.Restarts >= HopelessRestarts && !process.FirstReady.IsCompleted))
                throw NotReady(null);
        }
    }

    private List<SupervisedProcess> Start(IEnumerable<SupervisedProcess> stage)
    {
        var starting = stage.ToList();
        foreach (var process in starting)
        {
            _started.Add(process);
            process.Start();
        }

        return starting;
    }

    private LaunchException NotReady(TimeSpan? bound)
    {
        var culprit = _started
            .Where(process => !process.FirstReady.IsCompleted)
            .Select(process => process.State)
            .MaxBy(state => state.Restarts)!;
        var what = (bound, culprit.ExitCode) switch
        {
            ({ } time, null) => $"was not ready after {time.TotalSeconds:0} s",
            ({ } time, { } code) => $"was not ready after {time.TotalSeconds:0} s and ended with {ExitCodeText.Of(code)}",
            (null, var code) => $"ended {culprit.Restarts} times before it was ready, with {ExitCodeText.Of(code ?? 0)}",
        };

        return new LaunchException(
            string.Join(Environment.NewLine, [
                $"{culprit.Pod} {what}. The last lines of {Installation.Shown(culprit.Log)}:",
                .. LogFile.Tail(culprit.Log, 15).Select(line => $"  {line}"),
            ]),
            ExitCodes.Failure);
    }
}
