using MessageBoard.Local.Display;
using MessageBoard.Local.State;
using Spectre.Console;

namespace MessageBoard.Local.Tests.Display;

public sealed class DisplayTests
{
    [Fact]
    public void The_table_fits_80_columns()
    {
        var state = RunStates.Of(
            RunStates.Process("gateway"),
            RunStates.Process("message-service", "ctx2") with { Condition = Condition.Restarting, Restarts = 12 },
            RunStates.Process("garnet", "ctx2") with { Condition = Condition.Unready });

        var lines = Draw(state, 80, RunStates.Time.AddMinutes(119));

        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
        Assert.StartsWith("NAME             CLUSTER  POD", lines[0], StringComparison.Ordinal);
        Assert.Contains("restarting        12  119 min", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wide_table_has_the_whole_pod_name()
    {
        var process = RunStates.Process("message-service", "ctx2");
        Assert.Contains(process.Pod, Draw(RunStates.Of(process), 120, RunStates.Time)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_said_once_and_so_is_its_end()
    {
        var well = RunStates.Of(RunStates.Process());
        var full = well with { Unwritten = "No space left on device : '/state/state.json'" };

        Assert.Equal(
            "Files cannot be written; all goes on: No space left on device : '/state/state.json'",
            Assert.Single(RunNews.Between(well, full)).Text);
        Assert.Empty(RunNews.Between(full, full));
        Assert.True(Assert.Single(RunNews.Between(full, well)).Trouble);
    }

    [Fact]
    public void A_death_is_said_with_exit_code_and_log_and_so_is_the_return()
    {
        var ready = RunStates.Process();
        var dead = ready with { Condition = Condition.Restarting, Restarts = 1, ExitCode = 137 };

        var death = Assert.Single(RunNews.Between(RunStates.Of(ready), RunStates.Of(dead)));
        Assert.True(death.Trouble);
        Assert.Equal($"{ready.Pod} ended with exit code 137 (SIGKILL); it is restarted. Log: {ready.Log}", death.Text);

        var news = Assert.Single(RunNews.Between(RunStates.Of(dead), RunStates.Of(dead with { Condition = Condition.Ready })));
        Assert.Equal(new RunNews($"{ready.Pod} is ready on port 20001", Trouble: true), news);
    }

    [Fact]
    public void A_drill_is_said_once_for_its_cluster_and_so_is_its_end()
    {
        ProcessState[] ready = [RunStates.Process(cluster: "ctx2"), RunStates.Process("log-service", "ctx2")];
        ProcessState[] down = [.. ready.Select(process => process with { Condition = Condition.Down })];
        RunState[] states =
        [
            RunStates.Of(ready), RunStates.Of(down[0], ready[1]), RunStates.Of(down), RunStates.Of(ready[0], down[1]), RunStates.Of(ready),
        ];

        var said = states.Zip(states.Skip(1), RunNews.Between)
            .SelectMany(news => news)
            .Where(news => news.Trouble)
            .Select(news => news.Text);

        Assert.Equal(["ctx2 is taken down (drill)", "ctx2 is started again (the drill is over)"], said);
        Assert.Empty(RunNews.Between(states[2], states[2] with { Phase = RunPhase.Stopped }));
    }

    [Fact]
    public async Task Plain_lines_end_with_the_address_and_where_the_password_is()
    {
        var starting = RunStates.Of(RunStates.Process() with { Condition = Condition.Starting }) with { Phase = RunPhase.Starting };
        var output = new StringWriter();
        var installation = new Installation("/root", "/state");

        await new PlainDisplay(output, new ReadyBanner(installation, "secret-once")).ShowAsync(States(
            starting, RunStates.Of(starting.Processes[0] with { Condition = Condition.Ready })));

        var text = output.ToString();
        Assert.Contains("is ready on port 20001", text, StringComparison.Ordinal);
        Assert.Contains("MessageBoard is ready: http://127.0.0.1:8080", text, StringComparison.Ordinal);
        Assert.Contains("password secret-once (shown once; kept in /state/admin-password)", text, StringComparison.Ordinal);
        Assert.Contains("Database  SQLite", text, StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<RunState> States(params RunState[] states)
    {
        foreach (var state in states)
        {
            await Task.Yield();
            yield return state;
        }
    }

    private static string[] Draw(RunState state, int width, DateTimeOffset now)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        console.Write(ProcessTable.Of(state, width, now));
        return [.. output.ToString().Split('\n').Where(line => line.Length > 0)];
    }
}
