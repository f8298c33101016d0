using MessageBoard.Local.Display;
using MessageBoard.Local.State;
using Spectre.Console;

namespace MessageBoard.Local.Commands;

/// <summary>Shows what runs.</summary>
internal sealed class StatusCommand(Installation installation)
{
    /// <summary>0 when all are ready, 1 when some are not, 3 when nothing runs.</summary>
    public int Execute()
    {
        var state = StateFile.Read(installation.StateFile);
        if (state is null || !RunLock.IsHeld(installation.LockFile))
        {
            var orphans = Orphans.Find(installation).Count;
            Console.WriteLine(orphans == 0
                ? "MessageBoard is not running."
                : $"The launcher was killed and left {orphans} processes behind; --stop ends them.");
            return ExitCodes.NotRunning;
        }

        var console = Terminal.Create();
        console.Write(ProcessTable.Of(state, console.Profile.Width, DateTimeOffset.UtcNow));
        foreach (var cluster in state.ClustersDown)
            console.WriteLine($"{cluster} is taken down (drill).");

        if (state.Unwritten is not null)
            console.WriteLine($"Files cannot be written: {state.Unwritten}");

        console.WriteLine($"MessageBoard {(state.AllReady ? "is ready" : "is not ready")}: {state.Address}");
        return state.AllReady ? ExitCodes.Success : ExitCodes.Failure;
    }
}
