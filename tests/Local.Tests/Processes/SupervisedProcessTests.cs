using System.Globalization;
using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Tests.Processes;

/// <summary>With real processes of the shell.</summary>
public sealed class SupervisedProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunFiles _files = new();
    private readonly WorkloadFiles _workloads;
    private ProcessState _now = null!;
    private volatile bool _answers = true;

    public SupervisedProcessTests() => _workloads = new WorkloadFiles(_files, _folder["workloads"]);

    private ProcessState Now => Volatile.Read(ref _now);

    private bool InMesh => File.Exists(_folder[$"workloads/{Now.Pod}.yaml"]);

    [Fact]
    public async Task A_process_that_dies_is_restarted_after_growing_delays()
    {
        using var process = Supervise("date +%s.%N; exit 3");
        process.Start();
        await Eventually.IsTrueAsync(() => Now.Restarts >= 3, "three restarts");
        await process.StopAsync();

        Assert.Equal(3, Now.ExitCode);
        var starts = File.ReadAllLines(_folder["log"]).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToList();
        Assert.True(starts[1] - starts[0] >= 0.19, "first delay");
        Assert.True(starts[2] - starts[1] >= 0.39, "second delay");
    }

    [Fact]
    public async Task A_killed_process_leaves_the_mesh_and_comes_back()
    {
        using var process = Supervise("exec sleep 60");
        process.Start();
        await process.FirstReady;
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "ready");
        var first = Now.Process!;

        first.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Restarting && !InMesh, "out of the mesh");
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Ready && InMesh, "back in the mesh");

        Assert.Equal((1, 137), (Now.Restarts, Now.ExitCode));
        Assert.NotEqual(first, Now.Process);
        await process.StopAsync();
        Assert.False(Now.Process!.IsAlive);
        Assert.False(InMesh);
    }

    [Fact]
    public async Task A_process_that_a_drill_takes_down_stays_down_until_it_is_brought_up()
    {
        using var process = Supervise("exec sleep 60");
        process.Start();
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "ready");
        var first = Now.Process!;

        process.TakeDown();
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Down, "down");
        Assert.True(InMesh); // the mesh has to find out by itself at first
        Assert.False(first.IsAlive);
        await Eventually.IsTrueAsync(() => !InMesh, "out of the mesh");
        process.TakeDown();
        Assert.Equal(Condition.Down, Now.Condition);

        process.BringUp();
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "back in the mesh");
        Assert.Equal(0, Now.Restarts);
        await process.StopAsync();
    }

    [Fact]
    public async Task A_run_can_be_stopped_in_the_middle_of_a_drill()
    {
        using var process = Supervise("exec sleep 60");
        process.Start();
        await process.FirstReady;
        process.TakeDown();
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Down, "down");

        await process.StopAsync();

        Assert.Equal((Condition.Stopped, false), (Now.Condition, InMesh));
    }

    [Fact]
    public async Task A_drill_finds_a_process_that_waits_for_its_restart_and_leaves_it_dead()
    {
        using var process = Supervise($"[ -e {_folder["well"]} ] || exit 3; exec sleep 60");
        process.Start();
        await Eventually.IsTrueAsync(() => Now is { Restarts: 4, Condition: Condition.Restarting }, "waits for 1.6 s");

        process.TakeDown();
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Down, "down");
        _folder.Write("well", "");
        process.BringUp();
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "well again");

        Assert.Equal(4, Now.Restarts);
        await process.StopAsync();
    }

    [Fact]
    public async Task A_drill_that_is_over_at_once_is_a_crash_that_nobody_counts()
    {
        using var process = Supervise("exec sleep 60");
        process.Start();
        for (var drill = 0; drill < 5; drill++)
        {
            await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "ready");
            var former = Now.Process!;

            process.TakeDown();
            process.BringUp();
            await Eventually.IsTrueAsync(() => !former.IsAlive, "killed");
            await Eventually.IsTrueAsync(() => Now.Process != former, "started again");
        }

        Assert.Equal((0, null), (Now.Restarts, Now.ExitCode));
        await process.StopAsync();
        Assert.False(Now.Process!.IsAlive);
    }

    [Fact]
    public async Task A_drill_begins_while_the_process_starts()
    {
        _answers = false;
        using var process = Supervise("exec sleep 60");
        process.Start();

        process.TakeDown();
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Down, "down");
        Assert.Equal((false, false), (InMesh, Now.Process!.IsAlive));
        _answers = true;
        process.BringUp();
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "ready");
        await process.StopAsync();
    }

    [Fact]
    public async Task A_process_that_stops_answering_leaves_the_mesh_until_it_answers_again()
    {
        using var process = Supervise("exec sleep 60");
        process.Start();
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "ready");

        _answers = false;
        await Eventually.IsTrueAsync(() => !InMesh && Now.Condition == Condition.Unready, "out of the mesh");
        _answers = true;
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "back in the mesh");

        Assert.Equal(0, Now.Restarts);
        await process.StopAsync();
    }

    [Fact]
    public async Task A_store_that_does_not_answer_for_long_is_killed_and_restarted()
    {
        using var process = Supervise("exec sleep 60", TimeSpan.FromSeconds(1));
        process.Start();
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Ready, "ready");

        _answers = false;
        await Eventually.IsTrueAsync(() => Now.Restarts == 1, "restarted");
        await Task.Delay(1100);
        Assert.Equal(1, Now.Restarts); // it has time to start
        _answers = true;
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Ready, "ready again");
        await process.StopAsync();
    }

    [Fact]
    public async Task A_process_that_does_not_end_on_SIGTERM_is_killed()
    {
        using var process = Supervise("trap '' TERM; echo started; while :; do sleep 0.1; done");
        process.Start();
        await Eventually.IsTrueAsync(() => File.Exists(_folder["log"]) && new FileInfo(_folder["log"]).Length > 0, "started");

        await process.StopAsync();

        Assert.False(Now.Process!.IsAlive);
        Assert.Equal((Condition.Stopped, 0), (Now.Condition, Now.Restarts));
    }

    [Fact]
    public async Task A_stop_during_the_delay_before_a_restart_starts_nothing()
    {
        using var process = Supervise("echo started; exit 1");
        process.Start();
        await Eventually.IsTrueAsync(() => Now.Condition == Condition.Restarting, "died");
        await process.StopAsync();
        Assert.Equal(Condition.Stopped, Now.Condition);
        Assert.False(Now.Process!.IsAlive);
    }

    [Fact]
    public async Task A_state_folder_that_someone_deletes_stops_neither_the_restarts_nor_the_stop()
    {
        using var process = Supervise("exec sleep 60");
        process.Start();
        await Eventually.IsTrueAsync(() => InMesh && Now.Condition == Condition.Ready, "ready");

        await Eventually.IsTrueAsync(IsDeleted, "deleted"); // a file may just have been written
        Now.Process!.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => InMesh && Now is { Restarts: 1, Condition: Condition.Ready }, "restarted");
        await process.StopAsync();

        Assert.False(Now.Process!.IsAlive);
    }

    public void Dispose() => _folder.Dispose();

    private bool IsDeleted()
    {
        try
        {
            Directory.Delete(_folder.Path, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private SupervisedProcess Supervise(string script, TimeSpan? killedAfterUnready = null)
    {
        var process = new SupervisedProcess(
            Specs.Service(script) with
            {
                IsReady = (_, _) => Task.FromResult(_answers && Now.Process!.IsAlive),
                KilledAfterUnready = killedAfterUnready,
            },
            _folder["log"], TimeSpan.FromMilliseconds(500), new FreePorts());
        process.Changed += _workloads.Show;
        process.Changed += state => Volatile.Write(ref _now, state);
        return process;
    }
}
