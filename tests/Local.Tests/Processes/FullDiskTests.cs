using MessageBoard.Local.Drill;
using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Tests.Processes;

/// <summary>A run whose state folder is on a full disk.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_process_that_restarts_meanwhile_is_supervised_on_and_comes_back_into_the_mesh_when_there_is_room()
    {
        using var disk = SmallDisk.OrSkip();
        var files = new RunFiles();
        var workloads = new WorkloadFiles(files, disk["istio/workloads"]);
        var answers = true;
        using var process = new SupervisedProcess(
            Specs.Service("echo started; exec sleep 60") with { IsReady = (_, _) => Task.FromResult(Volatile.Read(ref answers)) },
            disk["logs/pod.log"], TimeSpan.FromSeconds(5), new FreePorts());
        var board = new RunBoard(files, disk["state.json"], RunStates.Options, [process.State], []);
        process.Changed += workloads.Show;
        process.Changed += board.Show;
        using var drill = new DrillFolder(files, disk["drill"], [process]);
        var entry = disk[$"istio/workloads/{process.Spec.Pod}.yaml"];
        process.Start();
        await Eventually.IsTrueAsync(() => File.Exists(entry), "in the mesh");
        var first = process.State.Process!;

        answers = false;
        disk.Fill();
        first.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => process.State is { Restarts: 1, Condition: Condition.Starting }, "started again");
        disk.Fill(); // its entry in the mesh is gone, and has made room
        answers = true;
        await Eventually.IsTrueAsync(() => process.State is { Restarts: 1, Condition: Condition.Ready }, "restarted");
        Assert.False(File.Exists(entry));
        board.Warn(files.Retry());
        Assert.Contains("No space left", board.Current.Unwritten, StringComparison.Ordinal);
        disk.MakeRoom();
        board.Warn(files.Retry());

        Assert.True(File.Exists(entry));
        Assert.Null(board.Current.Unwritten);
        Assert.Equal(process.State.Process, StateFile.Read(disk["state.json"])!.Processes[0].Process);
        Assert.Contains("ready", File.ReadAllText(disk["drill/drill.json"]), StringComparison.Ordinal);
        await process.StopAsync();
        Assert.False(process.State.Process!.IsAlive);
    }

    [Fact]
    public void A_log_that_cannot_be_put_aside_is_emptied_all_the_same()
    {
        using var folder = new TemporaryFolder();
        using (var log = File.Create(folder["pod.log"]))
            log.SetLength(9 * 1024 * 1024);

        using var disk = SmallDisk.OrSkip();
        disk.Fill();
        File.CreateSymbolicLink(folder["pod.log.1"], disk["pod.log.1"]);
        LogFile.Bound(folder["pod.log"]);

        Assert.Equal(0, new FileInfo(folder["pod.log"]).Length);
    }
}
