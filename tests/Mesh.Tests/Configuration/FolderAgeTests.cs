using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Configuration;

/// <summary>Which of a folder's rivals is in force: the older, whatever the names of files, and however they are saved.</summary>
public sealed class FolderAgeTests : IAsyncLifetime
{
    private static readonly DateTime Past = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();
    private readonly List<MeshFolder> _started = [];

    public ValueTask InitializeAsync()
    {
        _folder.Write("workloads/user-service.yaml", Yaml.UserService);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var mesh in _started.ToList())
            await StopAsync(mesh);

        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_added_later_takes_nothing_away_even_if_its_file_is_older()
    {
        var mesh = await StartAsync("user-service");

        Add("a-trial", Past);
        await IsInForceAsync(mesh, "user-service", rival: "a-trial");

        var status = mesh.Current.Find(new("VirtualService", "messageboard", "a-trial"))!.Status;
        Assert.Equal((ResourceState.Accepted, InForce.No), (status.State, status.InForce));
        Assert.Contains("VirtualService messageboard/user-service's, which is older", Assert.Single(status.Warnings).Message);
        Assert.True(status.Created > mesh.Current.Find(new("VirtualService", "messageboard", "user-service"))!.Status.Created);
    }

    [Fact]
    public async Task A_document_that_is_added_to_the_older_file_is_younger()
    {
        var mesh = await StartAsync("user-service");

        Replace("user-service", Yaml.Join(Routes("a-trial"), Routes("user-service")));

        await IsInForceAsync(mesh, "user-service", rival: "a-trial");
    }

    [Fact]
    public async Task Saving_makes_nothing_younger_whether_it_replaces_the_file_or_takes_it_away_first()
    {
        var mesh = await StartAsync("user-service");
        Add("a-trial");
        await IsInForceAsync(mesh, "user-service", rival: "a-trial");

        var before = FileOf(mesh, "user-service");
        Replace("user-service", Routes("user-service") + "\n# saved");
        await Eventually.IsTrueAsync(() => FileOf(mesh, "user-service") != before, "the replaced file");
        Assert.Equal("user-service", Default(mesh)!.Name);

        File.Delete(_folder["user-service.yaml"]);
        await IsInForceAsync(mesh, "a-trial", rival: null);
        Replace("other-name", Routes("user-service"));
        await IsInForceAsync(mesh, "user-service", rival: "a-trial");
    }

    [Fact]
    public async Task Ages_are_kept_over_restarts()
    {
        var first = await StartAsync("user-service");
        Add("a-trial");
        await IsInForceAsync(first, "user-service", rival: "a-trial");
        await StopAsync(first);

        File.SetLastWriteTimeUtc(_folder["a-trial.yaml"], Past);
        Replace("user-service", Routes("user-service"));
        Add("a-newer", Past);
        var second = await StartAsync();

        Assert.Equal("user-service", Default(second)!.Name);
        Assert.Equal(
            ["user-service", "a-trial", "a-newer"],
            second.Current.Statuses.Where(status => status.Key!.Kind == "VirtualService").OrderBy(status => status.Status.Created)
                .Select(status => status.Key!.Name));
    }

    [Fact]
    public async Task All_who_read_a_folder_agree_also_one_that_comes_later()
    {
        var one = await StartAsync("user-service");
        var two = await StartAsync();
        Add("a-trial", Past);
        await IsInForceAsync(one, "user-service", rival: "a-trial");
        await IsInForceAsync(two, "user-service", rival: "a-trial");
        Replace("user-service", Routes("user-service"));
        var three = await StartAsync();

        await Eventually.IsTrueAsync(() => Times(one).SequenceEqual(Times(two)), "the same ages in two readers");
        await Eventually.IsTrueAsync(() => Times(one).SequenceEqual(Times(three)), "the same ages in the third");
        Assert.Equal("user-service", Default(three)!.Name);
    }

    [Theory]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "z")]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "a")]
    [InlineData("2026-01-01T00:00:00.5Z", "2026-01-01T09:00:00+09:00", "z")]
    [InlineData("2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\"", "a")]
    [InlineData("null", "2026-01-01T00:00:00Z", "z")]
    public async Task A_creationTimestamp_counts_before_what_was_seen_and_ties_are_broken_by_name(string a, string z, string wins)
    {
        _folder.Write("1.yaml", Routes("z", z));
        File.SetLastWriteTimeUtc(_folder["1.yaml"], new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc));
        _folder.Write("2.yaml", Routes("a", a));
        File.SetLastWriteTimeUtc(_folder["2.yaml"], new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Equal(wins, Default(await StartAsync())!.Name);
    }

    [Fact]
    public async Task A_file_that_is_broken_keeps_the_creationTimestamps_it_had()
    {
        _folder.Write("1.yaml", Routes("z", "2026-01-01T00:00:00Z"));
        _folder.Write("2.yaml", Routes("a", "2026-01-02T00:00:00Z"));
        var mesh = await StartAsync();

        _folder.Write("1.yaml", "{");
        await Eventually.IsTrueAsync(() => mesh.Current.Problems.Any(problem => problem.File == "1.yaml"), "the broken file");

        Assert.Equal("z", Default(mesh)!.Name);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-01-01")]
    [InlineData("2026-01-01T00:00:00")]
    [InlineData("''")]
    public void A_creationTimestamp_that_is_none_is_refused(string text)
    {
        var problem = Assert.Single(ResourceFile.Read("a.yaml", Routes("a", text)).Problems);

        Assert.Equal(5, problem.Line);
        Assert.Equal(
            $"metadata.creationTimestamp '{text.Trim('\'')}' is no point in time such as 2026-11-27T08:00:00Z", problem.Message);
    }

    [Fact]
    public async Task Of_one_resource_in_two_files_the_one_that_had_it_first_keeps_it()
    {
        var mesh = await StartAsync("user-service");

        _folder.Write("a-copy.yaml", Routes("user-service").Replace("ctx1", "ctx2", StringComparison.Ordinal));
        await Eventually.IsTrueAsync(() => mesh.Current.Problems.Count > 0, "the copy");
        Assert.Equal("is in user-service.yaml already, which stays in force", Assert.Single(mesh.Current.Problems).Message);
        Assert.Equal("user-service.yaml", FileOf(mesh, "user-service").File);

        File.Delete(_folder["user-service.yaml"]);
        await Eventually.IsTrueAsync(() => FileOf(mesh, "user-service").File == "a-copy.yaml", "the copy alone");
    }

    [Fact]
    public async Task Who_cannot_write_goes_on_and_what_is_no_ages_is_written_anew()
    {
        Directory.CreateDirectory(_folder[FolderAges.FileName]);
        var mesh = await StartAsync("user-service");
        Add("a-trial", Past);
        await IsInForceAsync(mesh, "user-service", rival: "a-trial");

        Directory.Delete(_folder[FolderAges.FileName]);
        await Eventually.IsTrueAsync(() => File.Exists(_folder[FolderAges.FileName]), "the ages, now that they can be written");
        foreach (var text in (string[])["", "{", "[]", "null", """{"VirtualService messageboard/user-service": null}"""])
        {
            File.WriteAllText(_folder[FolderAges.FileName], text);
            await Eventually.IsTrueAsync(
                () => ReadAges().Contains("VirtualService messageboard/a-trial\":{", StringComparison.Ordinal), $"after '{text}'");
            Assert.Equal("user-service", Default(mesh)!.Name);
        }

        Assert.DoesNotContain(mesh.Current.Problems, problem => problem.File == FolderAges.FileName);
    }

    [Fact]
    public void What_is_gone_for_good_is_forgotten_by_all_and_young_when_it_comes_back()
    {
        var clock = new FakeTimeProvider();
        var (one, other) = (new FolderAges(_folder.Path, clock), new FolderAges(_folder.Path, clock));
        (ResourceKey Key, string File, DateTime Born) a = (new("VirtualService", "ns", "a"), "a.yaml", Past);
        (ResourceKey Key, string File, DateTime Born) b = (new("VirtualService", "ns", "b"), "b.yaml", Past.AddDays(1));
        See([a, b]);
        Assert.True(one.Of(a.Key)!.Since < one.Of(b.Key)!.Since);

        See([b], isWhole: false);
        clock.Advance(FolderAges.Grace * 2);
        See([b], isWhole: false);
        See([b]); // from now on it is gone
        clock.Advance(FolderAges.Grace / 2);
        See([b]);
        Assert.NotNull(one.Of(a.Key));
        Assert.Contains("ns/a", ReadAges(), StringComparison.Ordinal);

        clock.Advance(FolderAges.Grace);
        See([b]);
        See([b]);
        Assert.Null(one.Of(a.Key));
        Assert.Null(other.Of(a.Key));
        Assert.DoesNotContain("ns/a", ReadAges(), StringComparison.Ordinal);

        See([a, b]);
        Assert.True(one.Of(a.Key)!.Since > one.Of(b.Key)!.Since);
        Assert.Equal(one.Of(a.Key), other.Of(a.Key));

        void See((ResourceKey, string, DateTime)[] found, bool isWhole = true)
        {
            one.Update(true, found, isWhole);
            other.Update(true, found, isWhole);
        }
    }

    private static ResourceKey? Default(MeshFolder mesh) => mesh.Current.DefaultRouteOf("user-service")?.Service;

    private static (string? File, string? Version) FileOf(MeshFolder mesh, string name) =>
        mesh.Current.Find(new("VirtualService", "messageboard", name)) is { } found ? (found.Status.File, found.ResourceVersion) : default;

    private static IEnumerable<(ResourceKey?, DateTimeOffset?)> Times(MeshFolder mesh) =>
        mesh.Current.Statuses.Select(status => (status.Key, status.Status.Created));

    private static Task<TimeSpan> IsInForceAsync(MeshFolder mesh, string name, string? rival) => Eventually.IsTrueAsync(
        () => Default(mesh)?.Name == name
            && (rival is null || mesh.Current.Find(new("VirtualService", "messageboard", rival))?.Status.InForce == InForce.No),
        $"{name} in force before {rival}");

    private static string Routes(string name, string? created = null)
    {
        var text = Yaml.Routes("- route: [{destination: {host: user-service, subset: ctx1}}]", name: name);
        return created is null ? text : text.Replace("\nspec:", $"\n  creationTimestamp: {created}\nspec:", StringComparison.Ordinal);
    }

    private void Add(string name, DateTime? written = null)
    {
        var temporary = _folder[$".{name}.tmp"];
        File.WriteAllText(temporary, Routes(name));
        if (written is { } time)
            File.SetLastWriteTimeUtc(temporary, time);

        File.Move(temporary, _folder[$"{name}.yaml"]);
    }

    private void Replace(string name, string text)
    {
        File.WriteAllText(_folder[".new"], text);
        File.Move(_folder[".new"], _folder[$"{name}.yaml"], overwrite: true);
    }

    private string ReadAges()
    {
        try
        {
            return File.ReadAllText(_folder[FolderAges.FileName]);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    private async Task<MeshFolder> StartAsync(string? file = null)
    {
        if (file is not null)
            Add(file);

        var mesh = new MeshFolder(_folder.Path, NullLogger<MeshFolder>.Instance);
        _started.Add(mesh);
        await mesh.StartAsync(CancellationToken.None);
        return mesh;
    }

    private async Task StopAsync(MeshFolder mesh)
    {
        _started.Remove(mesh);
        await mesh.StopAsync(CancellationToken.None);
        mesh.Dispose();
    }
}
