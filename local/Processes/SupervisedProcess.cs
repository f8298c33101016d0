using System.ComponentModel;
using System.Diagnostics;

namespace MessageBoard.Local.Processes;

/// <summary>Keeps one process running: starts it, asks whether it is ready, restarts it when it dies, stops it.</summary>
internal sealed class SupervisedProcess(ProcessSpec spec, string log, TimeSpan grace, FreePorts ports) : IDisposable
{
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(75);
    private static readonly TimeSpan WhileReady = TimeSpan.FromSeconds(1);

    // As a kubelet's readinessProbe: one answer makes it ready, three missing ones take it out.
    private const int FailureThreshold = 3;

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Backoff _backoff = new();
    private readonly DrillSignal _drill = new();
    private Task _running = Task.CompletedTask;
    private ChildProcess? _child;

    /// <summary>Says each state after a change, in their order.</summary>
    public event Action<ProcessState>? Changed;

    public ProcessSpec Spec => spec;

    public ProcessState State { get; private set; } = new()
    {
        App = spec.App,
        Cluster = spec.Cluster,
        Pod = spec.Pod,
        Role = spec.Role,
        Port = spec.Port,
        MetricsPort = spec.MetricsPort,
        Http2Port = spec.Http2Port,
        Log = log,
        Since = DateTimeOffset.UtcNow,
    };

    /// <summary>Completes when the process is ready for the first time.</summary>
    public Task FirstReady => _ready.Task;

    public void Start()
    {
        StartChild(spec.Port, spec.MetricsPort, spec.Http2Port);
        _running = SuperviseAsync();
    }

    /// <summary>Ends the process, by force after the grace, and its supervision.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        Change(state => state with { Condition = Condition.Stopped, Serving = false });
    }

    /// <summary>Kills the process and leaves it dead until <see cref="BringUp"/>. May be said again and again.</summary>
    public void TakeDown() => _drill.Set(true);

    /// <summary>Starts it again if it was taken down.</summary>
    public void BringUp() => _drill.Set(false);

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
            if (exitCode is not null)
                await WaitForRestartAsync(exitCode.Value, Stopwatch.GetElapsedTime(started));

            if (_stopping.IsCancellationRequested)
                return;

            _child!.Dispose();
            while (!TryRestart())
            {
                await Task.Delay(_backoff.After(TimeSpan.Zero), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_stopping.IsCancellationRequested)
                    return;
            }
        }
    }

    // False where the machine has no process, no memory or no port left.
    private bool TryRestart()
    {
        try
        {
            StartChild(
                spec.FixedPort ? State.Port : StillFree(State.Port), spec.MetricsPort == 0 ? 0 : StillFree(State.MetricsPort),
                spec.Http2Port == 0 ? 0 : StillFree(State.Http2Port));
            return true;
        }
        catch (Exception refusal) when (refusal is Win32Exception or IOException or LaunchException)
        {
            return false;
        }
    }

    private int StillFree(int port) => FreePorts.WhyNot(port) is null ? port : ports.Take();

    private async Task WaitForRestartAsync(int exitCode, TimeSpan lived)
    {
        Change(state =>
            state with { Condition = Condition.Restarting, Serving = false, ExitCode = exitCode, Restarts = state.Restarts + 1 });
        var drilled = _drill.Begun;
        await Task.WhenAny(Task.Delay(_backoff.After(lived), _stopping.Token), drilled);
        if (drilled.IsCompleted)
            await StayDownAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Watches until the child ends by itself, and returns its exit code, or until it was stopped or a drill with it is over, and
    /// returns null.
    /// </summary>
    private async Task<int?> WatchAsync(ChildProcess child)
    {
        var drilled = _drill.Begun;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var readiness = WatchReadinessAsync(child, ended.Token);
        try
        {
            var end = child.WaitAsync(_stopping.Token);
            await Task.WhenAny(end, drilled);
            if (!drilled.IsCompleted)
                return await end;

            // As in a crash: until the readiness check finds out, the mesh goes on sending requests. That is what a drill is to show.
            await child.KillAsync();
            await StayDownAsync();
            return null;
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

    /// <exception cref="OperationCanceledException">The process is stopped, drill or not.</exception>
    private Task StayDownAsync()
    {
        Change(state => state with { Condition = Condition.Down });
        return _drill.Over.WaitAsync(_stopping.Token);
    }

    private void StartChild(int port, int metricsPort, int http2Port)
    {
        var environment = new Dictionary<string, string>(spec.Environment(port));
        if (metricsPort != 0)
            environment["OTEL_EXPORTER_PROMETHEUS_PORT"] = $"{metricsPort}";

        if (http2Port != 0)
        {
            environment["Kestrel__Endpoints__Http2__Url"] = $"http://127.0.0.1:{http2Port}";
            environment["Kestrel__Endpoints__Http2__Protocols"] = "Http2";
        }

        _child = ChildProcess.Start(spec.Command(port), log, environment, spec.WorkingDirectory, spec.OwnEnvironmentOnly);
        Change(state => state with
        {
            Condition = Condition.Starting,
            Serving = false,
            Process = _child.Identity,
            Port = port,
            MetricsPort = metricsPort,
            Http2Port = http2Port,
        });
    }

    private async Task WatchReadinessAsync(ChildProcess child, CancellationToken ended)
    {
        var isReady = false;
        var failures = 0;
        var lastAnswer = (long?)null;

        // One that is dead is asked until it is taken out, not for longer: another program may get its port.
        while (!ended.IsCancellationRequested && (isReady || !child.HasEnded))
        {
            var answered = await spec.IsReady(State.Port, ended);
            if (ended.IsCancellationRequested)
                return;

            failures = answered ? 0 : failures + 1;
            if (answered)
                lastAnswer = Stopwatch.GetTimestamp();
            else if (lastAnswer is { } last && Stopwatch.GetElapsedTime(last) > spec.KilledAfterUnready)
                child.Identity.Signal(ProcessIdentity.Kill);

            if (answered && !isReady)
                Show(Condition.Ready);
            else if (isReady && failures == FailureThreshold)
                Show(Condition.Unready);

            isReady = answered || (isReady && failures < FailureThreshold);
            LogFile.Bound(log);
            await Task.Delay(isReady ? WhileReady : WhileStarting, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Show(Condition readiness)
    {
        var serving = readiness == Condition.Ready;
        Change(state => state with { Condition = state.Condition == Condition.Down ? Condition.Down : readiness, Serving = serving });
        if (serving)
            _ready.TrySetResult();
    }

    private void Change(Func<ProcessState, ProcessState> change)
    {
        lock (_lock)
        {
            var before = State;
            State = change(before);
            if (State.Condition != before.Condition)
                State = State with { Since = DateTimeOffset.UtcNow };

            Changed?.Invoke(State);
        }
    }
}
