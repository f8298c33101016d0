using System.Diagnostics;
using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Processes;

/// <summary>Keeps one process running: starts it, asks whether it is ready, restarts it when it dies, stops it.</summary>
internal sealed class SupervisedProcess(
    ProcessSpec spec, string log, TimeSpan grace, RunBoard board, FreePorts ports, WorkloadFiles workloads) : IDisposable
{
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(75);
    private static readonly TimeSpan WhileReady = TimeSpan.FromSeconds(1);

    // As a kubelet's readinessProbe: one answer makes it ready, three missing ones take it out.
    private const int FailureThreshold = 3;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Backoff _backoff = new();
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource? _down;
    private ChildProcess? _child;
    private int _port = spec.Port;

    public ProcessSpec Spec => spec;

    /// <summary>Completes when the process is ready for the first time.</summary>
    public Task FirstReady => _ready.Task;

    public void Start()
    {
        StartChild();
        _running = SuperviseAsync();
    }

    /// <summary>Ends the process, by force after the grace, and its supervision.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        board.Update(spec.Pod, state => state with { Condition = Condition.Stopped });
    }

    /// <summary>Kills the process and leaves it dead until <see cref="BringUp"/>. May be said again and again.</summary>
    public void TakeDown()
    {
        Interlocked.CompareExchange(ref _down, new(TaskCreationOptions.RunContinuationsAsynchronously), null);
        _child?.Kill();
    }

    /// <summary>Starts it again if it was taken down.</summary>
    public void BringUp() => Interlocked.Exchange(ref _down, null)?.TrySetResult();

    public void Dispose()
    {
        _child?.Dispose();
        _stopping.Dispose();
    }

    private async Task SuperviseAsync()
    {
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            var exitCode = await WatchAsync(_child!);
            if (exitCode is not null && _down is null)
                await WaitForRestartAsync(exitCode.Value, Stopwatch.GetElapsedTime(started));

            if (exitCode is not null && _down is { } down)
                await StayDownAsync(down.Task);

            workloads.Remove(spec.Pod);
            if (_stopping.IsCancellationRequested)
                return;

            _child!.Dispose();
            if (!spec.FixedPort && FreePorts.WhyNot(_port) is not null)
                _port = ports.Take();

            StartChild();
        }
    }

    private async Task WaitForRestartAsync(int exitCode, TimeSpan lived)
    {
        workloads.Remove(spec.Pod);
        board.Update(spec.Pod, state => state with { Condition = Condition.Restarting, ExitCode = exitCode, Restarts = state.Restarts + 1 });
        await Task.Delay(_backoff.After(lived), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // For as long as a kubelet would need to notice, the mesh goes on sending requests to it: that is what a drill is to show.
    private async Task StayDownAsync(Task up)
    {
        board.Update(spec.Pod, state => state with { Condition = Condition.Down });
        await WaitAsync(up, FailureThreshold * WhileReady);
        workloads.Remove(spec.Pod);
        await WaitAsync(up, Timeout.InfiniteTimeSpan);

        Task WaitAsync(Task task, TimeSpan time) => Task.WhenAny(task, Task.Delay(time, _stopping.Token));
    }

    /// <summary>Watches until the child ends by itself, and returns its exit code, or until it was stopped, and returns null.</summary>
    private async Task<int?> WatchAsync(ChildProcess child)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var readiness = WatchReadinessAsync(ended.Token);
        try
        {
            return await child.WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            await child.StopAsync(grace);
            return null;
        }
        finally
        {
            await ended.CancelAsync();
            await readiness;
        }
    }

    private void StartChild()
    {
        _child = ChildProcess.Start(spec.Command(_port), log, spec.Environment(_port), spec.WorkingDirectory);
        board.Update(spec.Pod, state => state with { Condition = Condition.Starting, Process = _child.Identity, Port = _port });
    }

    private async Task WatchReadinessAsync(CancellationToken ended)
    {
        var isReady = false;
        var failures = 0;
        while (!ended.IsCancellationRequested)
        {
            var answered = await spec.IsReady(_port, ended);
            if (ended.IsCancellationRequested)
                return;

            failures = answered ? 0 : failures + 1;
            if (answered && !isReady)
                BecomeReady();
            else if (isReady && failures == FailureThreshold)
                BecomeUnready();

            isReady = answered || (isReady && failures < FailureThreshold);
            LogFile.Bound(log);
            await Task.Delay(isReady ? WhileReady : WhileStarting, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void BecomeReady()
    {
        if (spec.InMesh)
            workloads.Add(spec, _port);

        board.Update(spec.Pod, state => state with { Condition = Condition.Ready });
        _ready.TrySetResult();
    }

    private void BecomeUnready()
    {
        workloads.Remove(spec.Pod);
        board.Update(spec.Pod, state => state with { Condition = Condition.Unready });
    }
}
