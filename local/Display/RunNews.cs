using MessageBoard.Local.State;

namespace MessageBoard.Local.Display;

/// <summary>A line about a change. <see cref="Trouble"/> is said even where a table shows the states.</summary>
internal sealed record RunNews(string Text, bool Trouble)
{
    /// <summary>What has changed between two states, or since the beginning.</summary>
    public static IEnumerable<RunNews> Between(RunState? before, RunState after)
    {
        if (after.Phase == RunPhase.Stopping && before?.Phase != RunPhase.Stopping)
            yield return new RunNews("Stopping…", Trouble: false);

        foreach (var cluster in after.ClustersDown.Except(before?.ClustersDown ?? []))
            yield return new RunNews($"{cluster} is taken down (drill)", Trouble: true);

        if (before is not null && after.Phase == RunPhase.Ready)
        {
            foreach (var cluster in before.ClustersDown.Except(after.ClustersDown))
                yield return new RunNews($"{cluster} is started again (the drill is over)", Trouble: true);
        }

        if (after.Unwritten is not null && before?.Unwritten is null)
            yield return new RunNews($"Files cannot be written; all goes on: {after.Unwritten}", Trouble: true);
        else if (after.Unwritten is null && before?.Unwritten is { } former)
            yield return new RunNews($"Files are written again, which was not possible: {former}", Trouble: true);

        foreach (var now in after.Processes)
        {
            var then = before?.Processes.FirstOrDefault(process => process.Pod == now.Pod);
            if (then is not null && now.Restarts > then.Restarts)
            {
                var again = after.Phase is RunPhase.Starting or RunPhase.Ready ? "; it is restarted" : "";
                yield return new RunNews(
                    $"{now.Pod} ended with {ExitCodeText.Of(now.ExitCode ?? 0)}{again}. Log: {Installation.Shown(now.Log)}", Trouble: true);
            }

            if (now.Condition == then?.Condition)
                continue;

            switch (now.Condition)
            {
                case Condition.Ready:
                    // Said beside a table only when it ends a trouble that was said.
                    yield return new RunNews(
                        $"{now.Pod} is ready{(now.Port == 0 ? "" : $" on port {now.Port}")}",
                        Trouble: then is not null && (now.Restarts > 0 || then.Condition == Condition.Unready));
                    break;
                case Condition.Unready:
                    yield return new RunNews(
                        $"{now.Pod} no longer answers{(now.Role == ProcessRole.Telemetry ? "" : "; no requests are routed to it")}. "
                            + $"Log: {Installation.Shown(now.Log)}", Trouble: true);
                    break;
                case Condition.Stopped:
                    yield return new RunNews($"{now.Pod} has stopped", Trouble: false);
                    break;
            }
        }
    }
}
