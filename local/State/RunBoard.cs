using System.Threading.Channels;

namespace MessageBoard.Local.State;

/// <summary>The run's current state: each change is written to state.json and handed to the display.</summary>
internal sealed class RunBoard
{
    private readonly Lock _lock = new();
    private readonly RunFiles _files;
    private readonly string _file;
    private readonly Channel<RunState> _changes = Channel.CreateUnbounded<RunState>();

    /// <exception cref="IOException">The first state cannot be written: nobody could find such a run.</exception>
    public RunBoard(RunFiles files, string file, LaunchOptions options, IEnumerable<ProcessState> processes, IEnumerable<string> notes)
    {
        (_files, _file) = (files, file);
        Current = new RunState
        {
            BootId = ProcessIdentity.BootId,
            Launcher = ProcessIdentity.Current,
            Phase = RunPhase.Starting,
            Port = options.Port,
            Https = options.Https,
            StartedAt = DateTimeOffset.UtcNow,
            Processes = [.. processes],
            Notes = [.. notes],
        };
        AtomicFile.Write(file, StateFile.Bytes(Current));
        _changes.Writer.TryWrite(Current);
    }

    public RunState Current { get; private set; }

    /// <summary>The states in order, until the run has stopped.</summary>
    public IAsyncEnumerable<RunState> Changes => _changes.Reader.ReadAllAsync();

    public void Enter(RunPhase phase)
    {
        lock (_lock)
        {
            Publish(Current with { Phase = phase });
            if (phase == RunPhase.Stopped)
                _changes.Writer.TryComplete();
        }
    }

    /// <summary>Says why the run ends, for whoever follows it by the state file.</summary>
    public void Fail(string reason)
    {
        lock (_lock)
            Publish(Current with { Failure = reason });
    }

    /// <summary>Says once that files cannot be written, and that they can again.</summary>
    /// <param name="refusal">Why not; null when all are written.</param>
    public void Warn(string? refusal)
    {
        lock (_lock)
        {
            if (refusal is null != Current.Unwritten is null)
                Publish(Current with { Unwritten = refusal });
        }
    }

    /// <summary>Takes in how one of the processes is now.</summary>
    public void Show(ProcessState process)
    {
        lock (_lock)
            Publish(Current with { Processes = [.. Current.Processes.Select(known => known.Pod == process.Pod ? process : known)] });
    }

    private void Publish(RunState state)
    {
        _files.Write(_file, StateFile.Bytes(state));
        Current = state;
        _changes.Writer.TryWrite(state);
    }
}
