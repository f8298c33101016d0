using System.Runtime.Versioning;

namespace MessageBoard.Mesh.Tests.Editing;

public sealed partial class WeightsEditTests : IDisposable
{
    private const string Head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: user-service}\nspec:\n  "
        + "hosts: [user-service]\n  http:\n";

    private readonly TemporaryFolder _folder = new();
    private readonly MeshFolder _mesh;

    public WeightsEditTests() => _mesh = new(_folder.Path, NullLogger<MeshFolder>.Instance);

    public void Dispose()
    {
        _mesh.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        _mesh.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string, string> Layouts => new()
    {
        { "as the repository has it", Head + "    - route:\n        - destination:\n            host: user-service\n            subset: "
            + "ctx1\n          weight: 〔5〕\n        - destination:\n            host: user-service\n            subset: ctx2\n          "
            + "weight: 〔95〕\n" },
        { "comments, blanks and odd numbers", "# 가중치 😀\n\n" + Head
            + "    - route: # the split\n      - weight:   〔+70〕   # ctx1's\n        destination: {subset: 'ctx1', host: "
            + "user-service}\n\n      - destination: {host: user-service, \"subset\": ctx2}\n        weight: 〔30〕 # 😀 ctx2's\n# end" },
        { "Windows line ends", (Head + "    - route:\n        - destination: {host: user-service, subset: ctx1}\n          weight: 〔5〕\n  "
            + "      - destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n").Replace(
                "\n", "\r\n", StringComparison.Ordinal) },
        { "a byte order mark", "\uFEFF" + Head + "    - route:\n        - destination: {host: user-service, subset: ctx1}\n          "
            + "weight: 〔5〕\n        - destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n" },
        { "all in one line", "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: user-service}, spec: {hosts: "
            + "[user-service], http: [{route: [{destination: {host: user-service, subset: ctx1}, weight: 〔5〕}, {weight: 〔95〕, "
            + "destination: {host: user-service, subset: ctx2}}]}]}}" },
        { "JSON", """{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "user-service"},"""
            + """ "spec": {"hosts": ["user-service"], "http": [{"route": [{"destination": {"host": "user-service","""
            + """ "subset": "ctx1"}, "weight": 〔5〕}, {"weight": 〔95〕, "destination": {"host": "user-service", "subset": "ctx2"}}]}]}}""" },
        { "a weight that is missing", Head + "    - route:\n        - destination: {host: user-service, subset: ctx1}〔\n          weight: "
            + "+〕\n        - destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n" },
        { "a missing weight, Windows line ends", (Head + "    - route:\n        - destination: {host: user-service, subset: ctx1}〔\n      "
            + "    weight: +〕\n        - destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n").Replace(
                "\n", "\r\n", StringComparison.Ordinal) },
        { "a missing weight in one line", Head + "    - route: [{destination: {host: user-service, subset: ctx1}〔, weight: +〕}, "
            + "{destination: {host: user-service, subset: ctx2}, weight: 〔95〕}]\n" },
        { "an empty weight", Head + "    - route:\n        - destination: {host: user-service, subset: ctx1}\n          weight:〔〕\n       "
            + " - destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n" },
        { "routes with matches around it", Head + "    - match: [{uri: {prefix: /a}}]\n      route:\n        - destination: {host: "
            + "user-service, subset: ctx1}\n          weight: 1\n        - destination: {host: user-service, subset: ctx2}\n          "
            + "weight: 2\n    - route:\n        - destination: {host: user-service, subset: ctx1}\n          weight: 〔5〕\n        - "
            + "destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n    - match: [{uri: {prefix: /b}}]\n      route: "
            + "[{destination: {host: user-service}}]\n" },
        { "others of the same name around it", "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: user-service, "
            + "namespace: other}\nspec: {hosts: [other-service], http: [{route: [{destination: {host: a, subset: ctx1}, weight: 1}, "
            + "{destination: {host: a, subset: ctx2}, weight: 2}]}]}\n---\n"
            + Yaml.Rule + "\n---\n" + Head + "    - route:\n        - destination: {host: user-service, subset: ctx1}\n          weight: "
            + "〔5〕\n        - destination: {host: user-service, subset: ctx2}\n          weight: 〔95〕\n---\napiVersion: "
            + "appmesh.k8s.aws/v1beta2\nkind: VirtualService\nmetadata: {name: user-service}\n" },
    };

    // 〔…〕 marks what changes, or is added with the new number for its "+".
    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Only_the_weights_change_in_the_file(string layout, string marked)
    {
        var before = Marks().Replace(marked, change => change.Groups["added"].Success ? "" : change.Groups["old"].Value);
        File.WriteAllBytes(_folder["a.yaml"], Encoding.UTF8.GetBytes(before));
        await _mesh.StartAsync(CancellationToken.None);

        var result = await SetAsync(42, 58);

        var updated = Assert.IsType<EditResult.Done>(result).Snapshot.DefaultRouteOf("user-service")!;
        Assert.Equal((42, 58), (updated.Weights!["ctx1"], updated.Weights["ctx2"]));
        Assert.Equal(updated.ResourceVersion, _mesh.Current.DefaultRouteOf("user-service")!.ResourceVersion);
        var numbers = new Queue<string>(["42", "58"]);
        var expected = Marks().Replace(marked, change => change.Groups["added"] switch
        {
            { Success: true, Value: var added } => added.Replace("+", numbers.Dequeue(), StringComparison.Ordinal),
            _ => (change.Groups["old"].Length == 0 ? " " : "") + numbers.Dequeue(),
        });
        Assert.True(expected == Encoding.UTF8.GetString(File.ReadAllBytes(_folder["a.yaml"])), layout);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_files_permissions_stay_and_nothing_is_left_beside_it()
    {
        await StartAsync();
        File.SetUnixFileMode(_folder["a.yaml"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        await SetAsync(10, 90);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_folder["a.yaml"]));
        Assert.Equal(
            [_folder[FolderAges.FileName], _folder["a.yaml"]],
            Directory.GetFiles(_folder.Path, "*", new EnumerationOptions { AttributesToSkip = 0 }).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_and_changes_nothing()
    {
        await StartAsync();
        var stale = _mesh.Current.DefaultRouteOf("user-service")!.ResourceVersion;
        var fresh = Assert.IsType<EditResult.Done>(await SetAsync(10, 90, stale)).Snapshot.DefaultRouteOf("user-service")!;
        Assert.NotEqual(stale, fresh.ResourceVersion);

        Assert.Equal(
            fresh.ResourceVersion,
            Assert.IsType<EditResult.Conflict>(await SetAsync(20, 80, stale)).Snapshot.DefaultRouteOf("user-service")!.ResourceVersion);
        Assert.Equal(10, _mesh.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
        Assert.IsType<EditResult.Done>(await SetAsync(20, 80, fresh.ResourceVersion));
    }

    [Fact]
    public async Task What_another_program_writes_right_after_an_edit_is_noticed()
    {
        await StartAsync();
        foreach (var weight in Enumerable.Range(20, 10))
        {
            Assert.IsType<EditResult.Done>(await SetAsync(weight, 100 - weight));
            _folder.Write("a.yaml", Yaml.Split(weight + 30, 70 - weight));
            await Eventually.IsTrueAsync(
                () => _mesh.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"] == weight + 30, "the other one's");
        }
    }

    [Fact]
    public async Task An_edit_is_told_once()
    {
        await StartAsync();
        var told = new List<int>();
        _mesh.Changed += snapshot => told.Add(snapshot.DefaultRouteOf("user-service")!.Weights!["ctx1"]);

        await SetAsync(20, 80);
        await SetAsync(40, 60);
        _folder.Write("a.yaml", Yaml.Split(60, 40));
        await Eventually.IsTrueAsync(() => told.Contains(60), "the write by hand");

        Assert.Equal([20, 40, 60], told);
    }

    [Fact]
    public async Task An_edit_by_hand_that_was_not_read_yet_is_a_conflict()
    {
        await StartAsync();
        var version = _mesh.Current.DefaultRouteOf("user-service")!.ResourceVersion;
        _folder.Write("a.yaml", Yaml.Split(60, 40));

        Assert.Equal(
            60,
            Assert.IsType<EditResult.Conflict>(await SetAsync(20, 80, version)).Snapshot.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
    }

    [Fact]
    public async Task Of_edits_at_once_on_one_version_one_wins()
    {
        await StartAsync();
        var version = _mesh.Current.DefaultRouteOf("user-service")!.ResourceVersion;

        var results = await Task.WhenAll(Enumerable.Range(1, 20).Select(weight => Task.Run(() => SetAsync(weight, 100 - weight, version))));

        Assert.Single(results.OfType<EditResult.Done>());
        Assert.Equal(19, results.OfType<EditResult.Conflict>().Count());
    }

    [Theory]
    [InlineData(50, 60, "weights")]
    [InlineData(0, 0, "weights")]
    [InlineData(-10, 110, "weights.ctx1", "weights.ctx2")]
    [InlineData(int.MaxValue, int.MaxValue, "weights.ctx1", "weights.ctx2")]
    public async Task Weights_are_whole_percents_that_add_up_to_100(int ctx1, int ctx2, params string[] fields)
    {
        await StartAsync();

        Assert.Equal(fields, Assert.IsType<EditResult.Invalid>(await SetAsync(ctx1, ctx2)).Errors.Keys);
        Assert.Equal(70, _mesh.Current.DefaultRouteOf("user-service")!.Weights!["ctx1"]);
    }

    [Fact]
    public async Task Weights_are_for_exactly_the_routes_subsets()
    {
        await StartAsync();

        var result = await _mesh.EditRouteAsync(
            "user-service", new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 50, ["ctx3"] = 50 }), null, "admin",
            CancellationToken.None);

        Assert.Equal(["weights.ctx2", "weights.ctx3"], Assert.IsType<EditResult.Invalid>(result).Errors.Keys.Order());
    }

    [Fact]
    public async Task A_service_without_a_default_route_of_subsets_has_no_weights()
    {
        await StartAsync();
        Assert.IsType<EditResult.NotFound>(
            await _mesh.EditRouteAsync("nobody", new WeightsEdit(new Dictionary<string, int>()), null, "admin", CancellationToken.None));

        _folder.Write(
            "a.yaml", Yaml.Routes("- match: [{uri: {prefix: /a}}]\n  route: [{destination: {host: user-service, subset: ctx1}}]"));
        Assert.IsType<EditResult.NotFound>(await SetAsync(50, 50));
    }

    [Fact]
    public async Task A_broken_file_is_not_edited()
    {
        await StartAsync();
        _folder.Write("a.yaml", Yaml.Split(60, 40) + "\n    timeout: 5s");

        var result = await SetAsync(50, 50);

        Assert.Equal(
            "cannot be set before a.yaml is mended: it is refused as it stands.",
            Assert.IsType<EditResult.Invalid>(result).Errors["weights"][0]);
        Assert.Equal(Yaml.Split(60, 40) + "\n    timeout: 5s", File.ReadAllText(_folder["a.yaml"]));
    }

    [GeneratedRegex("〔((?<added>[^〕]*weight[^〕]*)|(?<old>[^〕]*))〕")]
    private static partial Regex Marks();

    private async Task StartAsync()
    {
        _folder.Write("a.yaml", Yaml.Split(70, 30));
        await _mesh.StartAsync(CancellationToken.None);
    }

    private Task<EditResult> SetAsync(int ctx1, int ctx2, string? version = null) =>
        _mesh.EditRouteAsync(
            "user-service", new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = ctx1, ["ctx2"] = ctx2 }), version, "admin",
            CancellationToken.None);
}
