using System.Runtime.Versioning;
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

        if (OperatingSystem.IsLinux())
            console.WriteLine(Memory(state));

        console.WriteLine($"MessageBoard {(state.AllReady ? "is ready" : "is not ready")}: {state.Address}");
        return state.AllReady ? ExitCodes.Success : ExitCodes.Failure;
    }

    // What receives telemetry is not counted with what it is about.
    [SupportedOSPlatform("linux")]
    private static string Memory(RunState state)
    {
        var dashboard = state.Processes.Where(process => process.Role == ProcessRole.Telemetry).ToList();
        var program = state.Processes.Except(dashboard).Select(process => process.Process).Append(state.Launcher);
        return $"Memory: the program {MiB(program)} MiB"
            + (dashboard.Count == 0 ? "." : $", the dashboard {MiB(dashboard.Select(process => process.Process))} MiB.");

        static long MiB(IEnumerable<ProcessIdentity?> processes) =>
            processes.Sum(process => process is { IsAlive: true } ? LinuxProcesses.MemoryOf(process.Pid) ?? 0 : 0) / (1024 * 1024);
    }
}
