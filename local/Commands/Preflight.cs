using System.Net.Sockets;
using MessageBoard.Local.State;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Commands;

/// <summary>What can be known to fail before anything is started.</summary>
internal static class Preflight
{
    /// <exception cref="LaunchException">With exit code 2 and what to do about it.</exception>
    public static async Task CheckAsync(LaunchOptions options, CancellationToken cancellationToken)
    {
        if (FreePorts.WhyNot(options.Port) is { } refusal)
        {
            var reason = refusal == SocketError.AccessDenied ? "for root only" : $"busy{FreePorts.Holder(options.Port)}";
            throw new LaunchException(
                $"Port {options.Port} is {reason}. Choose another: ./deploy-all.sh --local --port N", ExitCodes.BadInput);
        }

        await ExternalStores.FromEnvironment().CheckAsync(cancellationToken);
    }

    /// <summary>Clears what a killed launcher left; call it with the lock in hand.</summary>
    public static async Task ClearOrphansAsync(Installation installation)
    {
        var orphans = Orphans.Of(StateFile.Read(installation.StateFile));
        if (orphans.Count == 0)
            return;

        Console.WriteLine($"Stopping {orphans.Count} processes that a killed launcher left behind.");
        await Orphans.ClearAsync(orphans, TimeSpan.FromSeconds(5));
    }

    public static LaunchException AlreadyRunning(Installation installation)
    {
        var address = StateFile.Read(installation.StateFile)?.Address;
        return new LaunchException(
            $"MessageBoard is running already{(address is null ? "" : $" at {address}")}; --status shows it, --stop stops it.",
            ExitCodes.BadInput);
    }
}
