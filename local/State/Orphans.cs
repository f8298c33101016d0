namespace MessageBoard.Local.State;

/// <summary>Processes a killed launcher left behind.</summary>
internal static class Orphans
{
    public static IReadOnlyList<ProcessIdentity> Of(RunState? state) =>
        state is null || state.BootId != ProcessIdentity.BootId
            ? []
            : [.. state.Processes.Select(process => process.Process).OfType<ProcessIdentity>().Where(process => process.IsAlive)];

    /// <summary>SIGTERM to all, SIGKILL to those that live on after the grace; returns when none does.</summary>
    public static async Task ClearAsync(IReadOnlyList<ProcessIdentity> orphans, TimeSpan grace)
    {
        foreach (var orphan in orphans)
            orphan.Signal(ProcessIdentity.Terminate);

        await WaitForEndAsync(orphans, grace);
        foreach (var orphan in orphans)
            orphan.Signal(ProcessIdentity.Kill);

        await WaitForEndAsync(orphans, grace);
    }

    /// <summary>True when all have ended within the time. They are not our children, so there is nothing to wait on.</summary>
    public static async Task<bool> WaitForEndAsync(IReadOnlyList<ProcessIdentity> processes, TimeSpan time)
    {
        var deadline = TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (processes.Any(process => process.IsAlive))
        {
            if (TimeProvider.System.GetTimestamp() > deadline)
                return false;

            await Task.Delay(20);
        }

        return true;
    }
}
