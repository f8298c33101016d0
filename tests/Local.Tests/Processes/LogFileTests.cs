namespace MessageBoard.Local.Tests.Processes;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_log_that_grew_too_large_is_put_aside_and_its_writer_goes_on_in_an_empty_one()
    {
        var log = _folder["pod.log"];
        using var writer = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        writer.SetLength(9 * 1024 * 1024);

        LogFile.Bound(log);

        Assert.Equal(0, new FileInfo(log).Length);
        Assert.Equal(9 * 1024 * 1024, new FileInfo(log + ".1").Length);
    }

    [Fact]
    public void The_tail_is_the_last_lines()
    {
        File.WriteAllLines(_folder["pod.log"], Enumerable.Range(1, 5000).Select(line => $"line {line}"));
        Assert.Equal(["line 4999", "line 5000"], LogFile.Tail(_folder["pod.log"], 2));
        Assert.Empty(LogFile.Tail(_folder["none.log"], 2));
    }

    [Fact]
    public void Logs_of_the_last_run_are_kept_and_those_before_it_go()
    {
        File.WriteAllText(_folder["pod-1.log"], "first");
        File.WriteAllText(_folder["build.log"], "build");
        using var own = new FileStream(_folder["launcher.log"], FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        own.Write("started by --detach"u8);
        own.Flush();
        LogFile.KeepPrevious(_folder["launcher.log"]);
        File.WriteAllText(_folder["pod-2.log"], "second");
        LogFile.KeepPrevious(_folder["launcher.log"]);

        own.Write("goes on"u8);
        own.Flush();

        Assert.Equal("goes on", File.ReadAllText(_folder["launcher.log"]).Trim('\0'));
        Assert.Equal(["previous/pod-2.log", "previous/launcher.log", "launcher.log", "build.log"],
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(_folder.Path, file)).OrderDescending(StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
