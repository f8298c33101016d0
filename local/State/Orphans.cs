namespace MessageBoard.Local.State;

/// <summary>Processes a killed launcher left behind. To be looked for while no launcher runs: with the lock in hand.</summary>
internal static class Orphans
{
    /// <summary>Those that state.json names, and those with the run's mark: it may have been killed before it could write.</summary>
    public static IReadOnlyList<RunProcess> Find(Installation installation) =>
        [.. Of(StateFile.Read(installation.StateFile)).Union(RunMark.Find(installation.State))];

    /// <summary>Those that a state names and that live, of this boot.</summary>
    public static IEnumerable<RunProcess> Of(RunState? state) =>
        state is null || state.BootId != ProcessIdentity.BootId
            ? []
            : from process in state.Processes
              where process.Process is { IsAlive: true }
              select new RunProcess(process.Process!, process.Role);

    /// <summary>
    /// Role by role, as a launcher stops them: SIGTERM to all, SIGKILL to those that live on after the grace; returns when none does.
    /// </summary>
    public static async Task ClearAsync(IReadOnlyList<RunProcess> orphans, TimeSpan grace)
    {
        foreach (var stage in orphans.GroupBy(orphan => orphan.Role, orphan => orphan.Process).OrderBy(stage => stage.Key))
        {
            foreach (var orphan in stage)
                orphan.Terminate();

            await WaitForEndAsync(stage, grace);
            foreach (var orphan in stage)
                orphan.Signal(ProcessIdentity.Kill);

            await WaitForEndAsync(stage, grace);
        }
    }

    /// <summary>True when all have ended within the time. They are not our children, so there is nothing to wait on.</summary>
    public static async Task<bool> WaitForEndAsync(IEnumerable<ProcessIdentity> processes, TimeSpan time)
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
