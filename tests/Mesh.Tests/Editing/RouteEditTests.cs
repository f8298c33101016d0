namespace MessageBoard.Mesh.Tests.Editing;

/// <summary>Canary, faults, timeout and retries, set in texts as people write them.</summary>
public sealed partial class RouteEditTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly MeshFolder _mesh;

    public RouteEditTests() => _mesh = new(_folder.Path, NullLogger<MeshFolder>.Instance);

    private DefaultRoute Route => _mesh.Current.DefaultRouteOf("user-service")!;

    private string Text => File.ReadAllText(_folder["a.yaml"]);

    public async ValueTask InitializeAsync()
    {
        _folder.Write("rule.yaml", Yaml.UserService);
        await _mesh.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _mesh.StopAsync(CancellationToken.None);
        _mesh.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string, string> Layouts
    {
        get
        {
            const string Head = "# 머리말 😀\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: "
                + "user-service}\nspec:\n  hosts: [user-service]\n";
            const string Block = Head + "  http:\n    # everything\n    - name: default # the last\n      route: # the split\n        - "
                + "destination:\n            host: user-service\n            subset: ctx1\n          weight: 70 # ctx1's\n        - "
                + "destination: {host: user-service, subset: ctx2}\n          weight: 30 # ctx2's\n# end\n";
            const string Flow = "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: user-service}, spec: {hosts: "
                + "[user-service], http: [{route: [{destination: {host: user-service, subset: ctx1}, weight: 70}, {destination: {host: "
                + "user-service, subset: ctx2}, weight: 30}]}]}}";
            return new()
            {
                { "block", Block },
                { "Windows line ends", Block.Replace("\n", "\r\n", StringComparison.Ordinal) },
                { "a byte order mark", "\uFEFF" + Block },
                { "no line end at the end", Block[..^"\n# end\n".Length] },
                { "dashes without indentation", Head + "  http:\n  - route:\n    - destination: {host: user-service, subset: ctx1}\n      "
                    + "weight: 70\n    - destination: {host: user-service, subset: ctx2}\n      weight: 30\n" },
                { "a dash on a line of its own", Head + "  http:\n    -\n      route:\n        - destination: {host: user-service, "
                    + "subset: ctx1}\n          weight: 70\n        - destination: {host: user-service, subset: ctx2}\n          weight: "
                    + "30\n" },
                { "flow", Flow },
                { "JSON", Flow.Replace("{", "{\"", StringComparison.Ordinal).Replace(": ", "\": ", StringComparison.Ordinal).Replace(
                    ", ", ", \"", StringComparison.Ordinal)
                    .Replace("\"{", "{", StringComparison.Ordinal).Replace(
                        "networking.istio.io/v1", "\"networking.istio.io/v1\"", StringComparison.Ordinal)
                    .Replace("VirtualService", "\"VirtualService\"", StringComparison.Ordinal).Replace(
                        "[user-service]", "[\"user-service\"]", StringComparison.Ordinal)
                    .Replace(": user-service", ": \"user-service\"", StringComparison.Ordinal).Replace(
                        ": ctx1", ": \"ctx1\"", StringComparison.Ordinal).Replace(": ctx2", ": \"ctx2\"", StringComparison.Ordinal) },
                { "flow over lines", Head + "  http: [\n    { # the only one\n      route: [ # split\n        {destination: {host: "
                    + "user-service, subset: ctx1}, weight: 70},\n        {destination: {host: user-service, subset: ctx2}, weight: 30}, "
                    + "# last\n      ],\n    },\n  ]\n" },
                { "between others", Yaml.Rule.Replace("user-service", "other", StringComparison.Ordinal) + "\n--- # the service\n" + Block
                    + "---\n" + Yaml.Rule.Replace("user-service", "third", StringComparison.Ordinal) },
                { "behind its marker", "--- " + Flow + "\n...\n---\n"
                    + Yaml.Rule.Replace("user-service", "third", StringComparison.Ordinal) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task What_is_set_is_in_force_and_what_is_taken_away_leaves_the_text_as_it_was(string layout, string text)
    {
        await WriteAsync(text);

        await DoneAsync(new CanaryEdit("ctx2"));
        await DoneAsync(new FaultEdit(new(TimeSpan.FromSeconds(1.5), 50), new(503, 0.5)));
        await DoneAsync(new ResilienceEdit(TimeSpan.FromSeconds(3), new(2, TimeSpan.FromMilliseconds(250), "5xx,connect-failure")));
        await DoneAsync(new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 40, ["ctx2"] = 60 }));

        Assert.Equal("ctx2", Route.Rules.CanarySubset);
        Assert.Equal(new(new(TimeSpan.FromSeconds(1.5), 50), new(503, 0.5)), Route.Rules.Fault);
        Assert.Equal(TimeSpan.FromSeconds(3), Route.Rules.Timeout);
        Assert.Equal(
            (2, TimeSpan.FromMilliseconds(250), "5xx,connect-failure"),
            (Route.Rules.Retries!.Attempts, Route.Rules.Retries.PerTryTimeout, Route.Rules.RetryOn));
        Assert.Equal(40, Route.Weights!["ctx1"]);
        var comments = text.Split('\n')
            .Select(line => line.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? line[at..].TrimEnd() : null)
            .OfType<string>();
        Assert.All(comments, comment => Assert.Contains(comment, Text, StringComparison.Ordinal));
        Assert.Equal(
            text.Contains("\r\n", StringComparison.Ordinal) ? ["\r\n"] : text.Contains('\n') ? ["\n"] : [],
            LineEnds().Matches(Text).Select(match => match.Value).Distinct());

        await DoneAsync(new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 70, ["ctx2"] = 30 }));
        await DoneAsync(new ResilienceEdit(null, null));
        await DoneAsync(new FaultEdit(null, null));
        await DoneAsync(new CanaryEdit(null));
        Assert.True(Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["a.yaml"])), $"{layout}:\n{Text}");
    }

    [Fact]
    public async Task The_canary_is_written_as_people_write_it()
    {
        await WriteAsync(Yaml.Split(70, 30));

        await DoneAsync(new CanaryEdit("ctx2"));

        Assert.Contains("""
              http:
                - name: canary
                  match:
                    - headers:
                        x-canary:
                          exact: "true"
                  route:
                    - destination:
                        host: user-service
                        subset: ctx2
                - route:
            """, Text, StringComparison.Ordinal);
        await DoneAsync(new CanaryEdit("ctx1"));
        Assert.Equal("ctx1", Route.Rules.CanarySubset);
    }

    [Fact]
    public async Task A_fault_that_is_changed_keeps_its_comments_and_its_other_half()
    {
        await WriteAsync(Yaml.Routes("""
            - fault: # chaos
                delay: # slow
                  percent: 10 # old
                  fixedDelay: 2s # long
                abort: {httpStatus: 500, percentage: {value: 1}} # broken
              route: [{destination: {host: user-service, subset: ctx1}}]
            """));

        await DoneAsync(new FaultEdit(new(TimeSpan.FromSeconds(3), 10), new(500, 1)));

        Assert.Equal(new(new(TimeSpan.FromSeconds(3), 10), new(500, 1)), Route.Rules.Fault);
        Assert.Contains("fixedDelay: 3s # long", Text, StringComparison.Ordinal);
        Assert.Contains("abort: {httpStatus: 500, percentage: {value: 1}} # broken", Text, StringComparison.Ordinal);
        Assert.Contains("delay: # slow", Text, StringComparison.Ordinal);

        await DoneAsync(new FaultEdit(null, new(503, 2)));
        Assert.Equal(new(null, new(503, 2)), Route.Rules.Fault);
        await DoneAsync(new FaultEdit(null, null));
        Assert.Null(Route.Rules.Fault);
        Assert.Contains("- route: [{destination", Text.Replace("-  ", "- ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retries_keep_what_the_edit_does_not_know()
    {
        await WriteAsync(Yaml.Routes("- route: [{destination: {host: user-service, subset: ctx1}}]\n  retries:\n    attempts: 1\n    "
            + "retryOn: \"503\"\n    backoff: 50ms # short"));

        await DoneAsync(new ResilienceEdit(null, new(4, null, null)));

        Assert.Equal(
            (4, null, TimeSpan.FromMilliseconds(50)), (Route.Rules.Retries!.Attempts, Route.Rules.RetryOn, Route.Rules.Retries.Backoff));
        Assert.Contains("backoff: 50ms # short", Text, StringComparison.Ordinal);
    }

    public static TheoryData<string, RouteEdit> Refused => new()
    {
        { "subset", new CanaryEdit("ctx9") },
        { "subset", new CanaryEdit("not a subset\n---\nkind: x") },
        { "retries.retryOn", new ResilienceEdit(null, new(2, null, "whenever")) },
        { "retries.attempts", new ResilienceEdit(null, new(0, TimeSpan.FromSeconds(1), null)) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_the_mesh_would_refuse_is_told_by_field_and_changes_nothing(string field, RouteEdit edit)
    {
        await WriteAsync(Yaml.Split(70, 30));

        var invalid = Assert.IsType<EditResult.Invalid>(await EditAsync(edit));

        Assert.Equal([field], invalid.Errors.Keys);
        Assert.Equal(Yaml.Split(70, 30), Text);
        Assert.False(Directory.Exists(_folder[".versions"]));
    }

    [Fact]
    public async Task A_route_that_is_called_canary_and_is_none_is_left_alone()
    {
        var text = Yaml.Routes("""
            - name: canary
              match: [{headers: {x-beta: {exact: "1"}}}]
              route: [{destination: {host: user-service, subset: ctx2}}]
            - route: [{destination: {host: user-service, subset: ctx1}}]
            """);
        await WriteAsync(text);

        Assert.Equal(["subset"], Assert.IsType<EditResult.Invalid>(await EditAsync(new CanaryEdit("ctx1"))).Errors.Keys);
        Assert.Null(Route.Rules.CanarySubset);
        Assert.Equal(text, Text);
    }

    [GeneratedRegex("\r?\n")]
    private static partial Regex LineEnds();

    private async Task WriteAsync(string text)
    {
        File.WriteAllBytes(_folder["a.yaml"], Encoding.UTF8.GetBytes(text));
        await Eventually.IsTrueAsync(
            () => _mesh.Current.DefaultRouteOf("user-service") is { ResourceVersion.Length: > 0 }, "the VirtualService is read");
        Assert.Empty(_mesh.Current.Problems);
    }

    private async Task DoneAsync(RouteEdit edit)
    {
        var result = await EditAsync(edit);
        var errors = result is EditResult.Invalid invalid ? invalid.Errors.Select(error => $"{error.Key} {error.Value[0]}") : [];
        Assert.True(result is EditResult.Done, $"{edit}: {result} {string.Join("; ", errors)}");
        Assert.Empty(_mesh.Current.Problems);
    }

    private Task<EditResult> EditAsync(RouteEdit edit) => _mesh.EditRouteAsync("user-service", edit, null, "admin", CancellationToken.None);
}
