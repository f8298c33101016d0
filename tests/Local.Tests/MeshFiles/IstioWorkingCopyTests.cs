using MessageBoard.Local.MeshFiles;

namespace MessageBoard.Local.Tests.MeshFiles;

public sealed class IstioWorkingCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IstioWorkingCopy _copy;

    public IstioWorkingCopyTests()
    {
        Directory.CreateDirectory(_folder["istio/examples"]);
        Directory.CreateDirectory(_folder["copy"]);
        File.WriteAllText(_folder["istio/user.yaml"], "weight: 70");
        File.WriteAllText(_folder["istio/examples/fault.yaml"], "fault");
        _copy = new IstioWorkingCopy(_folder["istio"], _folder["copy"]);
    }

    private string Copied => File.ReadAllText(_folder["copy/user.yaml"]);

    [Fact]
    public void Files_are_copied_but_not_the_examples()
    {
        Assert.Empty(_copy.Refresh());
        Assert.Equal("weight: 70", Copied);
        Assert.Equal(
            [".origins.json", "user.yaml"],
            Directory.EnumerateFileSystemEntries(_folder["copy"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"user.yaml\":")]
    [InlineData("null")]
    public void A_broken_list_of_origins_stops_no_start(string origins)
    {
        _copy.Refresh();
        File.WriteAllText(_folder["copy/.origins.json"], origins);

        Assert.Empty(_copy.Refresh());
        File.WriteAllText(_folder["istio/user.yaml"], "weight: 60");
        _copy.Refresh();
        Assert.Equal("weight: 60", Copied);
    }

    [Fact]
    public void A_copy_nobody_edited_follows_the_checkout()
    {
        _copy.Refresh();
        File.WriteAllText(_folder["istio/user.yaml"], "weight: 60");
        Assert.Empty(_copy.Refresh());
        Assert.Equal("weight: 60", Copied);

        File.Delete(_folder["istio/user.yaml"]);
        Assert.Empty(_copy.Refresh());
        Assert.False(File.Exists(_folder["copy/user.yaml"]));
    }

    [Fact]
    public void An_edited_copy_is_kept_and_said()
    {
        _copy.Refresh();
        File.WriteAllText(_folder["copy/user.yaml"], "weight: 5");
        Assert.Equal(["user.yaml: your edited copy is used"], _copy.Refresh());

        File.WriteAllText(_folder["istio/user.yaml"], "weight: 60");
        for (var start = 0; start < 2; start++)
            Assert.Contains("istio/user.yaml has changed since", Assert.Single(_copy.Refresh()), StringComparison.Ordinal);

        Assert.Equal("weight: 5", Copied);
    }

    [Fact]
    public void A_deleted_copy_is_made_again()
    {
        _copy.Refresh();
        File.Delete(_folder["copy/user.yaml"]);
        Assert.Empty(_copy.Refresh());
        Assert.Equal("weight: 70", Copied);
    }

    [Fact]
    public void A_file_of_unknown_origin_is_taken_for_edited()
    {
        File.WriteAllText(_folder["copy/user.yaml"], "mine");
        Assert.Single(_copy.Refresh());
        Assert.Equal("mine", Copied);
    }

    public void Dispose() => _folder.Dispose();
}
