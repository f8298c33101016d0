using System.Diagnostics;

namespace MessageBoard.Local.Tests.Processes;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void A_running_process_is_alive_and_one_that_ended_is_not()
    {
        using var sleep = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(sleep.Id);
        Assert.True(identity.IsAlive);

        identity.Terminate();
        sleep.WaitForExit();
        Assert.False(identity.IsAlive);
    }

    [Fact]
    public void A_process_that_got_a_reused_id_is_neither_alive_nor_signalled()
    {
        using var stranger = Process.Start("sleep", "60");
        var before = ProcessIdentity.Of(stranger.Id);
        var predecessor = before with { StartTicks = before.StartTicks - 1 };

        Assert.False(predecessor.IsAlive);
        predecessor.Signal(ProcessIdentity.Kill);
        Assert.True(before.IsAlive);

        stranger.Kill();
        stranger.WaitForExit();
    }

    [Fact]
    public void A_frozen_process_ends_as_it_would_awake()
    {
        using var frozen = Process.Start(new ProcessStartInfo("sh", ["-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"])
        {
            RedirectStandardOutput = true,
        })!;
        frozen.StandardOutput.ReadLine();
        var identity = ProcessIdentity.Of(frozen.Id);
        identity.Signal(19); // SIGSTOP

        identity.Terminate();

        frozen.WaitForExit();
        Assert.Equal(7, frozen.ExitCode);
    }

    [Fact]
    public void A_program_name_with_spaces_and_parentheses_does_not_confuse()
    {
        using var folder = new TemporaryFolder();
        File.Copy("/bin/sleep", folder["a) b (c"]);
        using var sleep = Process.Start(folder["a) b (c"], "60");
        Assert.True(ProcessIdentity.Of(sleep.Id).IsAlive);
        sleep.Kill();
        sleep.WaitForExit();
    }

    [Fact]
    public void A_zombie_is_not_alive()
    {
        // The shell waits for its child, until it has become another program.
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 60 & echo $!; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var sleep = ProcessIdentity.Of(int.Parse(shell.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(sleep.IsAlive);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{shell.Id}/comm") == "cat\n", TimeSpan.FromSeconds(10)));

        sleep.Signal(ProcessIdentity.Kill);
        Assert.True(SpinWait.SpinUntil(() => !sleep.IsAlive, TimeSpan.FromSeconds(10)));
        Assert.True(File.Exists($"/proc/{sleep.Pid}/stat"));

        shell.StandardInput.Close();
        shell.WaitForExit();
    }
}
