using System.Net.Sockets;
using MessageBoard.Local.State;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Commands;

/// <summary>What can be known to fail before anything is started.</summary>
internal static class Preflight
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <exception cref="LaunchException">With exit code 2 and what to do about it.</exception>
    public static async Task CheckAsync(LaunchOptions options, CancellationToken cancellationToken)
    {
        CheckPort(options.Port);
        await ExternalStores.FromEnvironment().CheckAsync(cancellationToken);
    }

    /// <exception cref="LaunchException">The gateway could not listen on it.</exception>
    public static void CheckPort(int port)
    {
        if (FreePorts.WhyNot(port) is not { } refusal)
            return;

        var reason = refusal == SocketError.AccessDenied ? "for root only" : $"busy{FreePorts.Holder(port)}";
        throw new LaunchException($"Port {port} is {reason}. Choose another: ./deploy-all.sh --local --port N", ExitCodes.BadInput);
    }

    /// <summary>Clears what a killed launcher left; call it with the lock in hand.</summary>
    public static async Task ClearOrphansAsync(Installation installation)
    {
        var orphans = Orphans.Find(installation);
        if (orphans.Count == 0)
            return;

        Console.WriteLine($"Stopping {orphans.Count} processes that a killed launcher left behind.");
        await Orphans.ClearAsync(orphans, Grace);
    }

    public static LaunchException AlreadyRunning(Installation installation)
    {
        var address = StateFile.Read(installation.StateFile)?.Address;
        return new LaunchException(
            $"MessageBoard is running already{(address is null ? "" : $" at {address}")}; --status shows it, --stop stops it.",
            ExitCodes.BadInput);
    }
}
