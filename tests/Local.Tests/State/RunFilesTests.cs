using MessageBoard.Local.State;

namespace MessageBoard.Local.Tests.State;

public sealed class RunFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunFiles _files = new();

    [Fact]
    public void What_cannot_be_written_is_written_when_it_can_be_and_only_the_last_of_it()
    {
        _folder.Write("folder", "a file in the place of the folder");
        var path = _folder["folder/state.json"];
        _files.Write(path, "first"u8.ToArray());
        _files.Write(path, "second"u8.ToArray());

        Assert.NotNull(_files.Retry());
        Assert.True(_files.Exists(path));
        File.Delete(_folder["folder"]);

        Assert.Null(_files.Retry());
        Assert.Equal("second", File.ReadAllText(path));
        File.Delete(path);
        Assert.Null(_files.Retry());
        Assert.False(_files.Exists(path));
    }

    [Fact]
    public void What_was_to_be_written_and_is_no_longer_wanted_is_forgotten()
    {
        _folder.Write("folder", "a file in the place of the folder");
        var path = _folder["folder/pod.yaml"];
        _files.Write(path, "entry"u8.ToArray());
        _files.Delete(path);
        File.Delete(_folder["folder"]);

        Assert.Null(_files.Retry());
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_full_disk_keeps_what_is_there_and_takes_the_rest_when_there_is_room()
    {
        using var disk = SmallDisk.OrSkip();
        var path = disk["state.json"];
        _files.Write(path, "before"u8.ToArray());
        disk.Fill();
        _files.Write(path, new byte[10_000]);

        Assert.Contains("No space left on device", _files.Retry(), StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(path));
        disk.MakeRoom();

        Assert.Null(_files.Retry());
        Assert.Equal(10_000, new FileInfo(path).Length);
    }

    public void Dispose() => _folder.Dispose();
}
