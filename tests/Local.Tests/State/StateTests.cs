using System.Diagnostics;
using MessageBoard.Local.State;
using MessageBoard.Local.Tests.Processes;

namespace MessageBoard.Local.Tests.State;

public sealed class StateTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_state_file_gives_back_what_was_written()
    {
        var state = RunStates.Of(
            RunStates.Process(identity: ProcessIdentity.Current), RunStates.Process("gateway") with { ExitCode = 137, Restarts = 2 });
        File.WriteAllBytes(_folder["state.json"], StateFile.Bytes(state));

        var read = StateFile.Read(_folder["state.json"])!;
        Assert.Equal(state.Processes.AsEnumerable(), read.Processes);
        Assert.Equal(state.Notes.AsEnumerable(), read.Notes);
        Assert.Equal(
            (state.BootId, state.Launcher, state.Phase, state.Port, state.StartedAt),
            (read.BootId, read.Launcher, read.Phase, read.Port, read.StartedAt));
        Assert.Equal(["state.json"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_missing_or_broken_state_file_is_no_state()
    {
        Assert.Null(StateFile.Read(_folder["state.json"]));
        File.WriteAllText(_folder["state.json"], "{\"port\":");
        Assert.Null(StateFile.Read(_folder["state.json"]));
    }

    [Fact]
    public void The_lock_is_held_until_it_is_given_back()
    {
        var path = _folder["lock"];
        Assert.False(RunLock.IsHeld(path));
        using (RunLock.TryTake(path))
        {
            Assert.True(RunLock.IsHeld(path));
            Assert.Null(RunLock.TryTake(path));
        }

        Assert.False(RunLock.IsHeld(path));
    }

    [Fact]
    public async Task Those_who_only_look_at_the_lock_keep_nobody_from_taking_it()
    {
        var path = _folder["lock"];
        File.WriteAllText(path, "");
        var looking = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Assert.False(RunLock.IsHeld(path));
        var taken = Task.Run(() => RunLock.TryTake(path));
        await Task.Delay(5);
        looking.Dispose();

        await using var held = await taken;
        Assert.NotNull(held);
    }

    [Fact]
    public async Task Orphans_are_ended_by_force_if_need_be()
    {
        using var willing = Process.Start("sleep", "60");
        using var stubborn = Process.Start(
            new ProcessStartInfo("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]) { RedirectStandardOutput = true })!;
        await stubborn.StandardOutput.ReadLineAsync();
        var state = RunStates.Of(
            RunStates.Process(identity: ProcessIdentity.Of(willing.Id)), RunStates.Process(identity: ProcessIdentity.Of(stubborn.Id)));

        var orphans = Orphans.Of(state).ToList();
        Assert.Equal(2, orphans.Count);
        await Orphans.ClearAsync(orphans, Grace);

        Assert.All(orphans, orphan => Assert.False(orphan.Process.IsAlive));
        Assert.Empty(Orphans.Of(state));
    }

    [Fact]
    public async Task What_no_file_tells_of_is_found_by_its_mark_and_ended_in_order()
    {
        var installation = new Installation(_folder.Path, _folder["state"]);
        ProcessRole[] roles = [ProcessRole.Store, ProcessRole.Reader, ProcessRole.Gateway, ProcessRole.Service];
        List<ChildProcess> left = [.. roles.Select(Start)];
        await Eventually.IsTrueAsync(() => left.All(process => File.Exists(_folder[$"{process.Identity.Pid}"])), "started");

        Assert.Empty(Orphans.Find(installation with { State = _folder["stat"] }));
        var orphans = Orphans.Find(installation);
        // The shells' own children have it too.
        Assert.Subset(orphans.Select(orphan => orphan.Process).ToHashSet(), left.Select(process => process.Identity).ToHashSet());
        await Orphans.ClearAsync(orphans, TimeSpan.FromSeconds(20));

        Assert.All(orphans, orphan => Assert.False(orphan.Process.IsAlive));
        Assert.Equal(["Gateway", "Service", "Reader", "Store"], File.ReadAllLines(_folder["order"]));
        left.ForEach(process => process.Dispose());

        ChildProcess Start(ProcessRole role)
        {
            var spec = Specs.Service(
                $"trap 'echo {role} >> {_folder["order"]}; exit' TERM; touch {_folder.Path}/$$; while :; do sleep 0.02; done");
            spec = RunMark.Mark(spec with { Role = role }, installation.State);
            return ChildProcess.Start(spec.Command(0), _folder["log"], spec.Environment(0));
        }
    }

    [Fact]
    public void Processes_of_another_boot_or_with_a_reused_id_are_no_orphans()
    {
        using var stranger = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(stranger.Id);

        Assert.Empty(Orphans.Of(RunStates.Of(RunStates.Process(identity: identity)) with { BootId = "another" }));
        Assert.Empty(Orphans.Of(RunStates.Of(RunStates.Process(identity: identity with { StartTicks = 1 }))));
        Assert.True(identity.IsAlive);

        stranger.Kill();
        stranger.WaitForExit();
    }

    [Fact]
    public async Task The_board_writes_and_tells_each_change_and_ends_with_the_run()
    {
        var process = RunStates.Process() with { Condition = Condition.Starting };
        var board = new RunBoard(new RunFiles(), _folder["state.json"], RunStates.Options, [process], []);

        board.Show(process with { Condition = Condition.Ready });
        Assert.Equal(Condition.Ready, StateFile.Read(_folder["state.json"])!.Processes[0].Condition);
        board.Enter(RunPhase.Stopped);

        var seen = new List<(RunPhase, Condition)>();
        await foreach (var state in board.Changes)
            seen.Add((state.Phase, state.Processes[0].Condition));

        Assert.Equal(
            [(RunPhase.Starting, Condition.Starting), (RunPhase.Starting, Condition.Ready), (RunPhase.Stopped, Condition.Ready)], seen);
    }

    public void Dispose() => _folder.Dispose();
}
