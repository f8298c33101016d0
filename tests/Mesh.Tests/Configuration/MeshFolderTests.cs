using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Tests.Configuration;

public sealed class MeshFolderTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly MeshFolder _mesh;

    public MeshFolderTests() => _mesh = new(_folder.Path, NullLogger<MeshFolder>.Instance);

    private int? Weight => _mesh.Current.DefaultRouteOf("user-service")?.Weights!["ctx1"];

    public async ValueTask InitializeAsync()
    {
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(70, 30), Yaml.Rule));
        _folder.Write("workloads/user-service.yaml", Yaml.Service("user-service"));
        _folder.Write("workloads/ctx1.yaml", Yaml.Workload("user-service", "ctx1", 1001));
        _folder.Write("workloads/ctx2.yaml", Yaml.Workload("user-service", "ctx2", 1002));
        await _mesh.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _mesh.StopAsync(CancellationToken.None);
        _mesh.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_folder_is_read_when_it_has_started()
    {
        Assert.Empty(_mesh.Current.Problems);
        Assert.Equal(70, Weight);
    }

    public static TheoryData<string, Action<string, string>> Saves => new()
    {
        { "in place", File.WriteAllText },
        { "rename over it", (path, text) =>
            {
                var temporary = Path.Combine(Path.GetDirectoryName(path)!, ".user-service.yaml.swp");
                File.WriteAllText(temporary, text);
                File.Move(temporary, path, overwrite: true);
            }
        },
        { "rename away, write anew", (path, text) =>
            {
                File.Move(path, path + "~", overwrite: true);
                File.WriteAllText(path, text);
                File.Delete(path + "~");
            }
        },
        { "in many steps", (path, text) =>
            {
                using var writer = new StreamWriter(path) { AutoFlush = true };
                foreach (var line in text.Split('\n'))
                    writer.Write(line + "\n");
            }
        },
    };

    [Theory]
    [MemberData(nameof(Saves))]
    public async Task A_save_in_any_editor_is_in_force_at_once_and_nothing_else_is_seen(string how, Action<string, string> save)
    {
        var seen = new HashSet<int?>();
        _mesh.Changed += snapshot => seen.Add(snapshot.DefaultRouteOf("user-service")?.Weights!["ctx1"]);
        var times = new List<double>();
        for (var weight = 20; weight < 40; weight++)
        {
            save(_folder["user-service.yaml"], Yaml.Join(Yaml.Split(weight, 100 - weight), Yaml.Rule));
            times.Add((await Eventually.IsTrueAsync(() => Weight == weight, $"{how}: weight {weight}")).TotalMilliseconds);
        }

        // Half of the second after which the poll alone would have found it.
        times.Sort();
        Assert.True(times[times.Count / 2] < 500, $"{how}: {string.Join(' ', times.Select(time => $"{time:F0}"))} ms");
        Assert.Equal(Enumerable.Range(20, 20).Cast<int?>(), seen.Order());
    }

    [Fact]
    public async Task Two_writes_in_one_tick_of_the_clock_are_both_seen()
    {
        var time = File.GetLastWriteTimeUtc(_folder["user-service.yaml"]);
        foreach (var weight in Enumerable.Range(20, 20))
        {
            Assert.IsType<EditResult.Done>(await SetAsync(weight));
            Assert.Equal(weight, Weight);
        }

        File.WriteAllText(_folder["user-service.yaml"], Yaml.Join(Yaml.Split(11, 89), Yaml.Rule));
        File.SetLastWriteTimeUtc(_folder["user-service.yaml"], time);
        await Eventually.IsTrueAsync(() => Weight == 11, "the write with an older time");
    }

    [Theory]
    [InlineData("")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmeta")]
    [InlineData("{")]
    [InlineData("a: &a [*a]")]
    public async Task A_broken_file_keeps_what_it_held_and_says_where_it_is_wrong(string text)
    {
        _folder.Write("user-service.yaml", text);
        await Eventually.IsTrueAsync(() => _mesh.Current.Problems.Count > 0, "the problem");

        Assert.All(_mesh.Current.Problems, problem => Assert.Equal("user-service.yaml", problem.File));
        Assert.Equal(70, Weight);

        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(60, 40), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == 60, "the mended file");
        Assert.Empty(_mesh.Current.Problems);
    }

    [Fact]
    public async Task A_broken_file_does_not_hold_back_the_others()
    {
        _folder.Write("user-service.yaml", "{");
        _folder.Write("workloads/third.yaml", Yaml.Workload("user-service", "ctx1", 1003, "b"));
        await Eventually.IsTrueAsync(() => Ports(_mesh.Current).Contains(1003), "the third workload");

        Assert.Equal(70, Weight);
    }

    [Fact]
    public async Task A_file_with_a_kind_that_is_passed_over_can_be_edited()
    {
        const string Policy = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: all}\nspec: {}";
        _folder.Write("user-service.yaml", Yaml.Join(Policy, Yaml.Split(60, 40), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == 60, "the file with the policy");

        _folder.Write("user-service.yaml", Yaml.Join(Policy, Yaml.Split(50, 50), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == 50, "the edit");
        Assert.Empty(_mesh.Current.Problems);
    }

    [Fact]
    public async Task A_file_that_is_no_text_or_too_large_keeps_what_it_held()
    {
        File.WriteAllBytes(_folder["user-service.yaml"], [0x61, 0x3A, 0x20, 0xFF, 0xFE]);
        await Eventually.IsTrueAsync(() => _mesh.Current.Problems is [{ Message: "is not UTF-8" }], "no UTF-8");
        File.WriteAllText(_folder["user-service.yaml"], new string('#', 2 * 1024 * 1024));
        await Eventually.IsTrueAsync(() => _mesh.Current.Problems is [{ Message: "is larger than 1048576 bytes" }], "too large");

        Assert.Equal(70, Weight);
    }

    [Fact]
    public async Task A_deleted_file_takes_its_resources_along()
    {
        File.Delete(_folder["workloads/ctx1.yaml"]);
        await Eventually.IsTrueAsync(() => !Ports(_mesh.Current).Contains(1001), "the workload is gone");

        File.Delete(_folder["user-service.yaml"]);
        await Eventually.IsTrueAsync(() => _mesh.Current.DefaultRouteOf("user-service") is null, "the VirtualService is gone");
    }

    [Fact]
    public async Task A_new_folder_is_watched_too_and_hidden_names_are_not()
    {
        _folder.Write(".hidden/workload.yaml", Yaml.Workload("user-service", "ctx1", 1009, "hidden"));
        _folder.Write("workloads/.workload.yaml", Yaml.Workload("user-service", "ctx1", 1008, "hidden"));
        _folder.Write("workloads/readme.md", "no resource");
        _folder.Write("more/deep/workload.yml", Yaml.Workload("user-service", "ctx1", 1003, "b"));
        await Eventually.IsTrueAsync(() => Ports(_mesh.Current).Contains(1003), "the workload in the new folder");

        Assert.Equal([1001, 1002, 1003], Ports(_mesh.Current).Order());
        Assert.Empty(_mesh.Current.Problems);
    }

    [Fact]
    public async Task A_subscriber_that_throws_does_not_end_the_watch()
    {
        _mesh.Changed += _ => throw new InvalidOperationException("a subscriber's own trouble");
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(60, 40), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == 60, "the first edit");
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(50, 50), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == 50, "the second edit");
    }

    [Fact]
    public async Task What_does_not_change_tells_nobody()
    {
        var snapshot = _mesh.Current;
        File.SetLastWriteTimeUtc(_folder["user-service.yaml"], DateTime.UtcNow);
        _folder.Write("workloads/third.yaml", Yaml.Workload("user-service", "ctx1", 1003, "b"));
        var changes = 0;
        _mesh.Changed += _ => changes++;
        await Eventually.IsTrueAsync(() => _mesh.Current != snapshot, "the third workload");

        Assert.InRange(changes, 0, 1);
    }

    [Fact]
    public async Task The_versions_of_a_large_change_do_not_hold_up_the_next_one_and_none_is_lost()
    {
        const int Many = 500;
        _folder.Write("many.yaml", Services(10));
        await Eventually.IsTrueAsync(() => _mesh.Current.Resources.Count > Many, "the many");
        var (edits, editsAtNext) = (0, 0);
        _mesh.Edited += _ => edits++;
        _mesh.Changed += snapshot => editsAtNext = edits;

        _folder.Write(".many.yaml", Services(20)); // or a part of it might be read, and be an edit of its own
        File.Move(_folder[".many.yaml"], _folder["many.yaml"], overwrite: true);
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(60, 40), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == 60 && WeightOf("many-0") == 20, "the large change");
        Assert.IsType<EditResult.Done>(await SetAsync(50));
        Assert.True(editsAtNext < Many, $"{editsAtNext} versions were kept first");

        await Eventually.IsTrueAsync(() => edits == Many + 2, "all versions");
        Assert.Equal(["weights", EditOrigin.Hand, EditOrigin.Found], (await VersionsAsync("user-service")).Select(version => version.What));
        Assert.Equal([EditOrigin.Hand, EditOrigin.Found], (await VersionsAsync($"many-{Many - 1}")).Select(version => version.What));

        static string Services(int weight) => Yaml.Join([.. Enumerable.Range(0, Many).Select(number =>
            Yaml.Split(weight, 100 - weight).Replace("name: user-service", $"name: many-{number}", StringComparison.Ordinal)
                .Replace("[\"user-service\"]", $"[many-{number}]", StringComparison.Ordinal))]);
    }

    private int? WeightOf(string service) => _mesh.Current.DefaultRouteOf(service)?.Weights!["ctx1"];

    private async Task<IReadOnlyList<ResourceVersion>> VersionsAsync(string name) =>
        (await _mesh.ReadAsync(new("VirtualService", "messageboard", name), CancellationToken.None))!.Versions;

    private static HashSet<int> Ports(MeshSnapshot snapshot)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 200)
            .SelectMany(_ => snapshot.Routes.Decide(new Routing.Request("user-service"), random).Upstream?.Endpoints ?? [])
            .Select(endpoint => endpoint.Workload.Ports["http"])];
    }

    private Task<EditResult> SetAsync(int ctx1) =>
        _mesh.EditRouteAsync(
            "user-service", new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = ctx1, ["ctx2"] = 100 - ctx1 }), null, "admin",
            CancellationToken.None);
}
