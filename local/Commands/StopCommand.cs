using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Commands;

/// <summary>Stops a launcher, or what a killed one left, and waits for the end of all.</summary>
internal sealed class StopCommand(Installation installation)
{
    // Five stages (ProcessRole) get 5 s each before the launcher kills them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public async Task<int> ExecuteAsync()
    {
        var wasRunning = RunLock.IsHeld(installation.LockFile);
        if (wasRunning && StateFile.Read(installation.StateFile) is { } state)
        {
            Console.WriteLine("Stopping MessageBoard…");
            state.Launcher.Terminate();
            if (!await Orphans.WaitForEndAsync([state.Launcher], Patience))
            {
                state.Launcher.Signal(ProcessIdentity.Kill);
                await Orphans.WaitForEndAsync([state.Launcher], Grace);
            }
        }

        if (!Directory.Exists(installation.State))
        {
            Console.WriteLine("Nothing to stop: MessageBoard is not running.");
            return ExitCodes.Success;
        }

        await using var runLock = RunLock.TryTake(installation.LockFile)
            ?? throw new LaunchException("MessageBoard is just being started again; --status shows it.", ExitCodes.Failure);
        var orphans = Orphans.Find(installation);
        await Orphans.ClearAsync(orphans, Grace);
        if (orphans.Count > 0)
            new WorkloadFiles(new RunFiles(), installation.Workloads).Reset(Fleet.Services);

        foreach (var file in installation.FilesOfARun)
            File.Delete(file);

        Console.WriteLine((wasRunning, orphans.Count) switch
        {
            (true, _) => "MessageBoard is stopped.",
            (false, 0) => "Nothing to stop: MessageBoard is not running.",
            (false, var count) => $"Stopped {count} processes that a killed launcher left behind.",
        });
        return ExitCodes.Success;
    }
}
