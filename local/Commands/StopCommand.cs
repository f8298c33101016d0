using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Commands;

/// <summary>Stops a detached launcher, or what a killed one left, and waits for the end of all.</summary>
internal sealed class StopCommand(Installation installation)
{
    // Gateway, services and stores get 5 s each before the launcher kills them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public async Task<int> ExecuteAsync()
    {
        var state = StateFile.Read(installation.StateFile);
        if (state is not null && RunLock.IsHeld(installation.LockFile))
        {
            Console.WriteLine("Stopping MessageBoard…");
            state.Launcher.Signal(ProcessIdentity.Terminate);
            if (!await Orphans.WaitForEndAsync([state.Launcher], Patience))
            {
                state.Launcher.Signal(ProcessIdentity.Kill);
                await Orphans.WaitForEndAsync([state.Launcher], Grace);
            }

            // A process may have been restarted since; read again what the launcher wrote last.
            await Orphans.ClearAsync(Orphans.Of(StateFile.Read(installation.StateFile)), Grace);
            Console.WriteLine("MessageBoard is stopped.");
        }
        else if (Orphans.Of(state) is { Count: > 0 } orphans)
        {
            await Orphans.ClearAsync(orphans, Grace);
            new WorkloadFiles(installation.Workloads).Reset(Fleet.Services);
            Console.WriteLine($"Stopped {orphans.Count} processes that a killed launcher left behind.");
        }
        else
        {
            Console.WriteLine("Nothing to stop: MessageBoard is not running.");
        }

        return ExitCodes.Success;
    }
}
