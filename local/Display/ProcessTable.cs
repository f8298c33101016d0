using MessageBoard.Local.State;
using Spectre.Console;

namespace MessageBoard.Local.Display;

/// <summary>The processes of a run, a row each; fits 80 columns by leaving out what the first columns say of the pod.</summary>
internal static class ProcessTable
{
    private const int WidthForWholePodNames = 104;

    public static Table Of(RunState state, int width, DateTimeOffset now)
    {
        var table = new Table().Border(TableBorder.None).AddColumns(
            Column("NAME"), Column("CLUSTER"), Column("POD"), Column("PORT").RightAligned(),
            Column("STATE"), Column("RESTARTS").RightAligned(), Column("SINCE").RightAligned().PadRight(0));

        foreach (var process in state.Processes)
        {
            table.AddRow(
                process.App,
                process.Cluster,
                width >= WidthForWholePodNames ? process.Pod : ShortPod(process),
                process.Port == 0 ? "" : process.Port.ToString(CultureInfo.InvariantCulture),
                Name(process.Condition),
                process.Restarts.ToString(CultureInfo.InvariantCulture),
                process.Condition == Condition.Waiting ? "" : Age(now - process.Since));
        }

        return table;
    }

    private static TableColumn Column(string heading) => new TableColumn(heading).NoWrap().Padding(0, 0, 2, 0);

    private static string ShortPod(ProcessState process) => process.Pod[$"{process.App}-{process.Cluster}-".Length..];

    private static string Name(Condition condition) => condition switch
    {
        Condition.Waiting => "[dim]waiting[/]",
        Condition.Starting => "[yellow]starting[/]",
        Condition.Ready => "[green]ready[/]",
        Condition.Unready => "[red]no answer[/]",
        Condition.Restarting => "[red]restarting[/]",
        Condition.Down => "[yellow]down (drill)[/]",
        _ => "[dim]stopped[/]",
    };

    /// <summary>One unit, as kubectl shows ages.</summary>
    private static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 120 } => $"{Math.Max(0, (int)age.TotalSeconds)} s",
        { TotalMinutes: < 120 } => $"{(int)age.TotalMinutes} min",
        { TotalHours: < 48 } => $"{(int)age.TotalHours} h",
        _ => $"{(int)age.TotalDays} d",
    };
}
