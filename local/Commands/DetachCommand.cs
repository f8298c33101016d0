using System.Runtime.CompilerServices;
using MessageBoard.Local.Display;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Commands;

/// <summary>Starts the launcher in a session of its own, shows its progress and returns when it is ready.</summary>
internal sealed class DetachCommand(Installation installation, LaunchOptions options)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public async Task<int> ExecuteAsync(CancellationToken stop)
    {
        string? freshPassword;
        // Here too, where the messages reach the terminal.
        await using (RunLock.TryTake(installation.LockFile) ?? throw Preflight.AlreadyRunning(installation))
        {
            await Preflight.ClearOrphansAsync(installation);
            await Preflight.CheckAsync(options, stop);
            freshPassword = AdminPassword.Ensure(installation.AdminPasswordFile);
        }

        using var launcher = ChildProcess.Start(
            [Installation.DotNet, typeof(DetachCommand).Assembly.Location, "run", .. options.Words()],
            installation.LauncherLog,
            SmallRuntime.Environment);

        var exited = launcher.WaitAsync(CancellationToken.None);
        await RunDisplay.Create(installation, freshPassword).ShowAsync(FollowAsync(launcher.Identity, exited, stop));
        if (stop.IsCancellationRequested)
        {
            await launcher.StopAsync(Grace);
            return ExitCodes.Interrupted;
        }

        if (!exited.IsCompleted)
            return ExitCodes.Success;

        // Another start has been quicker; what the log says is of that one.
        if (await exited == ExitCodes.BadInput && RunLock.IsHeld(installation.LockFile))
            throw Preflight.AlreadyRunning(installation);

        var failure = StateFile.Read(installation.StateFile) is { Failure: { } reason } state && state.Launcher == launcher.Identity
            ? reason
            : string.Join(Environment.NewLine, LogFile.Tail(installation.LauncherLog, 15));
        await Console.Error.WriteLineAsync(failure);
        return await exited is var exitCode and not ExitCodes.Success ? exitCode : ExitCodes.Failure;
    }

    /// <summary>The launcher's states as state.json shows them, up to the first that is ready or the launcher's end.</summary>
    private async IAsyncEnumerable<RunState> FollowAsync(
        ProcessIdentity launcher, Task exited, [EnumeratorCancellation] CancellationToken stop)
    {
        while (!exited.IsCompleted && !stop.IsCancellationRequested)
        {
            if (StateFile.Read(installation.StateFile) is { } state && state.Launcher == launcher)
            {
                yield return state;
                if (state.Phase == RunPhase.Ready)
                    yield break;
            }

            await Task.WhenAny(exited, Task.Delay(100, stop));
        }
    }
}
