namespace MessageBoard.Mesh.Tests.Editing;

/// <summary>Whole texts: replaced, refused, kept and brought back.</summary>
public sealed class ResourceEditTests : IAsyncLifetime
{
    private static readonly ResourceKey
        Service = new("VirtualService", "messageboard", "user-service"),
        Rule = new("DestinationRule", "messageboard", "user-service");

    private readonly TemporaryFolder _folder = new();
    private readonly MeshFolder _mesh;

    public ResourceEditTests() => _mesh = new(_folder.Path, NullLogger<MeshFolder>.Instance);

    private int Weight => _mesh.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"];

    private string Versions => Path.Combine(_folder[".versions"], "VirtualService.messageboard.user-service");

    public async ValueTask InitializeAsync()
    {
        _folder.Write("user-service.yaml", "# the service\n" + Yaml.Join(Yaml.Split(70, 30), "# the rule\n" + Yaml.Rule));
        _folder.Write("workloads/services.yaml", Yaml.Join(Yaml.Service("user-service"), Yaml.Workload("user-service", "ctx1", 1001)));
        await _mesh.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _mesh.StopAsync(CancellationToken.None);
        _mesh.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_text_is_that_of_its_document_alone_and_comes_back_as_it_was_written()
    {
        var text = await ReadAsync();
        Assert.Equal("# the service\n" + Yaml.Split(70, 30) + "\n", text.Yaml);
        Assert.Equal(1, text.Line);
        Assert.Equal("# the rule\n" + Yaml.Rule, (await _mesh.ReadAsync(Rule, CancellationToken.None))!.Yaml);

        var edited = text.Yaml.Replace("70", "60", StringComparison.Ordinal).Replace("30", "40", StringComparison.Ordinal);
        Assert.IsType<EditResult.Done>(await ReplaceAsync(edited, text.Resource.ResourceVersion));

        Assert.Equal(60, Weight);
        Assert.Equal(edited, (await ReadAsync()).Yaml);
        Assert.Equal(edited + "---\n# the rule\n" + Yaml.Rule, File.ReadAllText(_folder["user-service.yaml"]));
    }

    [Fact]
    public async Task An_edit_of_one_document_leaves_the_versions_of_the_others()
    {
        var (service, rule) = (_mesh.Current.Find(Service)!.ResourceVersion, _mesh.Current.Find(Rule)!.ResourceVersion);

        await ReplaceAsync(Yaml.Split(60, 40));

        Assert.NotEqual(service, _mesh.Current.Find(Service)!.ResourceVersion);
        Assert.Equal(rule, _mesh.Current.Find(Rule)!.ResourceVersion);
    }

    public static TheoryData<string, string, int?> Bad => new()
    {
        { "no YAML", "a: [1\n", 2 },
        { "nothing", "", null },
        { "a comment", "# nothing\n", null },
        { "two documents", Yaml.Split(60, 40) + "\n---\n" + Yaml.Rule, 14 },
        { "another name", Yaml.Split(60, 40).Replace("name: user-service", "name: other", StringComparison.Ordinal), 1 },
        { "another kind", Yaml.Rule, 1 },
        { "a wrong field", "# first\n" + Yaml.Split(60, 40).Replace("weight: 60", "wieght: 60", StringComparison.Ordinal), 11 },
        { "a subset that is not there", Yaml.Split(60, 40).Replace("subset: ctx2", "subset: ctx9", StringComparison.Ordinal), 9 },
        { "an alias", "a: &a 1\nb: *a\n", 2 },
        { "deep nesting", new string('[', 5000), 1 },
        { "too much", new string('#', 1024 * 1024) + "\n" + Yaml.Split(60, 40), null },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_text_that_is_refused_says_where_and_changes_nothing(string what, string yaml, int? line)
    {
        var before = (_mesh.Current, File.ReadAllText(_folder["user-service.yaml"]));

        var refused = Assert.IsType<EditResult.Refused>(await ReplaceAsync(yaml));

        Assert.True(refused.Problems.Any(problem => problem.Line == line), $"{what}: {string.Join("; ", refused.Problems)}");
        Assert.Equal(before, (_mesh.Current, File.ReadAllText(_folder["user-service.yaml"])));
        Assert.False(Directory.Exists(_folder[".versions"]));
    }

    [Fact]
    public async Task Half_a_character_is_no_text() =>
        Assert.Equal(
            "is no text",
            Assert.Single(Assert.IsType<EditResult.Refused>(await ReplaceAsync(Yaml.Split(60, 40) + " # \ud800")).Problems).Message);

    // Else an admin's browser could have the mesh send requests to any address.
    [Fact]
    public async Task Where_workloads_are_is_the_launchers_to_say()
    {
        var key = new ResourceKey("WorkloadEntry", "messageboard", "user-service-ctx1-pod");
        var text = (await _mesh.ReadAsync(key, CancellationToken.None))!.Yaml;

        var refused = Assert.IsType<EditResult.Refused>(await _mesh.ReplaceAsync(
            key, text.Replace("1001", "6379", StringComparison.Ordinal), null, new("admin", "yaml"), CancellationToken.None));

        Assert.EndsWith("is the launcher's, which would write it again", Assert.Single(refused.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_problems_are_told_at_once()
    {
        var refused = Assert.IsType<EditResult.Refused>(await ReplaceAsync(Yaml.Split(60, 40)
            .Replace("weight:", "wieght:", StringComparison.Ordinal)
            .Replace("hosts:", "hots:", StringComparison.Ordinal)));

        Assert.True(refused.Problems.Count >= 3, string.Join("; ", refused.Problems));
    }

    [Fact]
    public async Task An_edit_that_breaks_another_resource_is_refused_with_its_name()
    {
        var result = await _mesh.ReplaceAsync(
            Rule, Yaml.Rule.Replace("name: ctx2", "name: ctx3", StringComparison.Ordinal), null, new("admin", "yaml"),
            CancellationToken.None);

        Assert.Contains(
            Assert.IsType<EditResult.Refused>(result).Problems,
            problem => problem.Message.StartsWith("VirtualService messageboard/user-service: ", StringComparison.Ordinal));
        Assert.Empty(_mesh.Current.Problems);
    }

    [Fact]
    public async Task What_is_refused_already_may_be_mended()
    {
        _folder.Write(
            "user-service.yaml", Yaml.Join(Yaml.Split(70, 30).Replace("weight: 70", "weight: many", StringComparison.Ordinal), Yaml.Rule));
        await Eventually.IsTrueAsync(() => _mesh.Current.Problems.Count > 0, "the broken file");
        Assert.All(
            _mesh.Current.Statuses.Where(resource => resource.Status.File == "user-service.yaml"),
            resource => Assert.Equal(ResourceState.Refused, resource.Status.State));

        Assert.IsType<EditResult.Done>(await ReplaceAsync(Yaml.Split(20, 80)));

        Assert.Equal(20, Weight);
        Assert.Empty(_mesh.Current.Problems);
        Assert.All(_mesh.Current.Statuses, resource => Assert.Equal(ResourceState.Accepted, resource.Status.State));
    }

    [Fact]
    public async Task What_fits_nothing_else_is_its_resources_problem()
    {
        _folder.Write("z.yaml", Yaml.Split(1, 99));
        await Eventually.IsTrueAsync(() => _mesh.Current.Problems.Count > 0, "the second one");

        var second = _mesh.Current.Statuses.Single(resource => resource.Status.File == "z.yaml").Status;
        Assert.Equal(
            (ResourceState.Accepted, InForce.No, "is in user-service.yaml already, which stays in force"),
            (second.State, second.InForce, Assert.Single(second.Warnings).Message));
        Assert.Equal("user-service.yaml", _mesh.Current.Find(Service)!.Status.File);
    }

    [Fact]
    public async Task The_launchers_files_are_not_edited()
    {
        var key = new ResourceKey("ServiceEntry", "messageboard", "user-service");
        Assert.False(_mesh.Current.Find(key)!.IsEditable);

        Assert.IsType<EditResult.Refused>(
            await _mesh.ReplaceAsync(key, Yaml.Service("user-service") + "\n# edited", null, new("admin", "yaml"), CancellationToken.None));
    }

    [Fact]
    public async Task Of_edits_at_once_on_one_version_one_wins_and_what_it_replaced_is_kept()
    {
        var version = _mesh.Current.Find(Service)!.ResourceVersion;

        var results = await Task.WhenAll(Enumerable.Range(1, 20)
            .Select(weight => Task.Run(() => ReplaceAsync(Yaml.Split(weight, 100 - weight), version))));

        Assert.Single(results.OfType<EditResult.Done>());
        Assert.Equal(19, results.OfType<EditResult.Conflict>().Count());
        Assert.Equal(["yaml", "found"], (await ReadAsync()).Versions.Select(kept => kept.What));
        Assert.Equal(version, (await ReadAsync()).Versions[1].Version);
    }

    [Fact]
    public async Task Each_undo_goes_one_edit_further_back_and_nothing_is_lost()
    {
        var first = (await ReadAsync()).Yaml;
        await ReplaceAsync(Yaml.Split(60, 40));
        await ReplaceAsync(Yaml.Split(50, 50));

        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(60, Weight);
        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(first, (await ReadAsync()).Yaml);
        Assert.IsType<EditResult.NotFound>(await UndoAsync());
        Assert.Equal(["undo", "undo", "yaml", "yaml", "found"], (await ReadAsync()).Versions.Select(version => version.What));

        await ReplaceAsync(Yaml.Split(10, 90));
        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(first, (await ReadAsync()).Yaml);
    }

    [Fact]
    public async Task An_undo_on_a_stale_version_is_a_conflict()
    {
        var stale = _mesh.Current.Find(Service)!.ResourceVersion;
        await ReplaceAsync(Yaml.Split(60, 40));

        Assert.IsType<EditResult.Conflict>(await _mesh.UndoAsync(Service, null, stale, "admin", CancellationToken.None));
        Assert.Equal(60, Weight);
    }

    [Fact]
    public async Task The_last_twenty_versions_are_kept_and_survive_a_restart()
    {
        for (var weight = 1; weight <= 25; weight++)
            Assert.IsType<EditResult.Done>(await ReplaceAsync(Yaml.Split(weight, 100 - weight)));

        var versions = (await ReadAsync()).Versions;
        Assert.Equal(21, versions.Count); // the one in force, and twenty to go back to
        Assert.Equal(42, Directory.GetFiles(Versions).Length);
        Assert.All(versions, version => Assert.Equal(("admin", "yaml"), (version.User, version.What)));

        using var restarted = new MeshFolder(_folder.Path, NullLogger<MeshFolder>.Instance);
        await restarted.StartAsync(CancellationToken.None);
        Assert.Equal(versions, (await restarted.ReadAsync(Service, CancellationToken.None))!.Versions);
        Assert.IsType<EditResult.Done>(await restarted.UndoAsync(Service, null, null, "admin", CancellationToken.None));
        Assert.Equal(24, restarted.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
        await restarted.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_passed_over()
    {
        await ReplaceAsync(Yaml.Split(60, 40));

        // A text without its description, half a temporary file, a description that is none, and one of before there were such.
        File.WriteAllText(Path.Combine(Versions, "0000000007.yaml"), "half");
        File.WriteAllText(Path.Combine(Versions, ".0000000008.json.123"), "{");
        File.WriteAllText(Path.Combine(Versions, "0000000009.json"), "{");
        File.WriteAllText(Path.Combine(Versions, "0000000010.yaml"), Yaml.Split(1, 99));
        File.WriteAllText(
            Path.Combine(Versions, "0000000010.json"),
            """{"ResourceVersion":"1","Time":"2026-11-26T10:00:00+00:00","User":"admin","Reason":"yaml"}""");
        File.WriteAllText(_folder[".user-service.yaml.123"], "kind: [half");

        Assert.Equal(["yaml", "found"], (await ReadAsync()).Versions.Select(version => version.What));
        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(70, Weight);
        Assert.Empty(_mesh.Current.Problems);
    }

    [Fact]
    public async Task Edits_by_hand_are_versions_too()
    {
        var edits = new List<ResourceEdit>();
        _mesh.Edited += edit => edits.AddRange(edit.Key == Service ? [edit] : []);
        await ReplaceAsync(Yaml.Split(60, 40));
        await ReplaceAsync(Yaml.Split(70, 30));
        await WriteByHandAsync(10);

        Assert.Equal(["hand", "yaml", "yaml", "found"], (await ReadAsync()).Versions.Select(version => version.What));
        Assert.Equal([null, "admin", "admin", null], (await ReadAsync()).Versions.Select(version => version.User));
        Assert.Equal(_mesh.Current.Find(Service)!.ResourceVersion, (await ReadAsync()).Versions[0].Version);
        Assert.Equal(["yaml", "yaml", "hand"], edits.Select(edit => edit.Version.What));
        Assert.Equal(edits[1].Version.Version, edits[2].Before);

        foreach (var weight in (int[])[70, 60, 70])
        {
            Assert.IsType<EditResult.Done>(await UndoAsync());
            Assert.Equal(weight, Weight);
        }

        Assert.IsType<EditResult.NotFound>(await UndoAsync());
    }

    [Fact]
    public async Task The_first_edit_of_all_may_be_by_hand()
    {
        await WriteByHandAsync(10);

        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(70, Weight);
    }

    [Fact]
    public async Task What_is_edited_by_hand_while_nobody_looks_is_a_version_when_somebody_does()
    {
        await ReplaceAsync(Yaml.Split(60, 40));
        await _mesh.StopAsync(CancellationToken.None);
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(10, 90), Yaml.Rule));

        using var restarted = new MeshFolder(_folder.Path, NullLogger<MeshFolder>.Instance);
        await restarted.StartAsync(CancellationToken.None);
        Assert.Equal(
            ["hand", "yaml", "found"],
            (await restarted.ReadAsync(Service, CancellationToken.None))!.Versions.Select(version => version.What));
        Assert.IsType<EditResult.Done>(await restarted.UndoAsync(Service, null, null, "admin", CancellationToken.None));
        Assert.Equal(60, restarted.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
        await restarted.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_text_that_is_refused_is_no_version_and_undo_mends_it()
    {
        await ReplaceAsync(Yaml.Split(60, 40));
        var broken = Yaml.Split(60, 40).Replace("weight:", "wieght:", StringComparison.Ordinal);
        _folder.Write("user-service.yaml", Yaml.Join(broken, Yaml.Rule));
        await Eventually.IsTrueAsync(() => _mesh.Current.Problems.Count > 0, "the broken file");

        Assert.Equal(["yaml", "found"], (await ReadAsync()).Versions.Select(version => version.What));
        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(60, Weight);
        Assert.Empty(_mesh.Current.Problems);
    }

    [Fact]
    public async Task One_may_go_back_to_any_version_that_is_kept()
    {
        await ReplaceAsync(Yaml.Split(60, 40));
        await ReplaceAsync(Yaml.Split(50, 50));
        await ReplaceAsync(Yaml.Split(40, 60));
        var first = (await ReadAsync()).Versions[^1].Version;

        Assert.Contains("weight: 70", _mesh.ReadVersion(Service, first)!.Yaml, StringComparison.Ordinal);
        Assert.IsType<EditResult.Done>(await _mesh.UndoAsync(Service, first, null, "admin", CancellationToken.None));
        Assert.Equal(70, Weight);
        Assert.IsType<EditResult.Done>(await UndoAsync());
        Assert.Equal(40, Weight);
        Assert.IsType<EditResult.NotFound>(await _mesh.UndoAsync(Service, "none", null, "admin", CancellationToken.None));
        Assert.Null(_mesh.ReadVersion(Service, "none"));
    }

    // All processes of a run watch the folder.
    [Fact]
    public async Task Who_does_not_edit_keeps_no_versions()
    {
        await _mesh.StopAsync(CancellationToken.None);
        using var reader = new MeshFolder(_folder.Path, NullLogger<MeshFolder>.Instance, isEditor: false);
        await reader.StartAsync(CancellationToken.None);
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(10, 90), Yaml.Rule));
        await Eventually.IsTrueAsync(() => reader.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"] == 10, "the edit");
        await reader.StopAsync(CancellationToken.None);

        Assert.False(Directory.Exists(_folder[".versions"]));
    }

    [Fact]
    public async Task A_text_that_says_the_same_is_no_edit()
    {
        Assert.IsType<EditResult.Done>(await ReplaceAsync((await ReadAsync()).Yaml));
        Assert.Equal("found", Assert.Single((await ReadAsync()).Versions).What);
    }

    private async Task<ResourceText> ReadAsync() => (await _mesh.ReadAsync(Service, CancellationToken.None))!;

    private Task<EditResult> ReplaceAsync(string yaml, string? version = null) =>
        _mesh.ReplaceAsync(Service, yaml, version, new("admin", "yaml"), CancellationToken.None);

    private async Task WriteByHandAsync(int weight)
    {
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(weight, 100 - weight), Yaml.Rule));
        await Eventually.IsTrueAsync(() => Weight == weight, "the edit by hand");
    }

    private Task<EditResult> UndoAsync() => _mesh.UndoAsync(Service, null, null, "admin", CancellationToken.None);
}
