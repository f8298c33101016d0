
namespace MessageBoard.Mesh.Tests.GatewayApi;

/// <summary>The page's edits where an HTTPRoute steers the service.</summary>
public sealed class HttpRouteEditTests : IDisposable
{
    private const string Route = """
        # kept
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: route}
        spec:
          parentRefs: [{group: "", kind: Service, name: user-service}]
          rules:
            - matches: [{path: {value: /a}}]
              backendRefs: [{name: user-service-ctx1, port: 80}]
            - backendRefs:
                - name: user-service-ctx1 # near
                  port: 80
                  weight: 70
                - {name: far, port: 80, weight: 30}

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly MeshFolder _mesh;

    public HttpRouteEditTests()
    {
        var far = Yaml.Service("far").Replace("{app: far }", "{app: user-service, cluster: ctx2}", StringComparison.Ordinal);
        _folder.Write("services.yaml", Yaml.Join(Yaml.Service("user-service"), Yaml.Service("user-service-ctx1"), far));
        _folder.Write("route.yaml", Route);
        _mesh = new(_folder.Path, NullLogger<MeshFolder>.Instance);
    }

    private DefaultRoute Default => _mesh.Current.DefaultRouteOf("user-service")!;

    public void Dispose()
    {
        _mesh.StopAsync(default).GetAwaiter().GetResult();
        _mesh.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Weights_are_those_of_the_backends_clusters_and_their_edit_changes_nothing_else()
    {
        await _mesh.StartAsync(default);
        Assert.Equal(new Dictionary<string, int> { ["ctx1"] = 70, ["ctx2"] = 30 }, Default.Weights);
        Assert.Equal("HTTPRoute messageboard/route", Default.Service.ToString());

        var edit = new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 5, ["ctx2"] = 95 });
        Assert.IsType<EditResult.Done>(await EditAsync(edit));

        Assert.Equal(
            Route.Replace("weight: 70", "weight: 5", StringComparison.Ordinal)
                .Replace("weight: 30", "weight: 95", StringComparison.Ordinal),
            await File.ReadAllTextAsync(_folder["route.yaml"]));
        Assert.Equal(5, Default.Weights!["ctx1"]);

        var text = await _mesh.ReadAsync(Default.Service, default);
        Assert.Equal(["weights", "found"], text!.Versions.Select(version => version.What));
        Assert.IsType<EditResult.Done>(await _mesh.UndoAsync(Default.Service, null, null, "admin", default));
        Assert.Equal(Route, await File.ReadAllTextAsync(_folder["route.yaml"]));
    }

    [Fact]
    public async Task What_an_HTTPRoute_cannot_say_is_refused_by_name()
    {
        await _mesh.StartAsync(default);
        foreach (var (edit, field, what) in ((RouteEdit, string, string)[])
        [
            (new CanaryEdit("ctx2"), "subset", "subsets"),
            (new FaultEdit(null, new(500, 10)), "fault", "faults"),
            (new ResilienceEdit(null, new(1, null, null)), "retries", "retries"),
        ])
        {
            var refused = Assert.IsType<EditResult.Invalid>(await EditAsync(edit));
            Assert.Equal(
                $"cannot be set: HTTPRoute messageboard/route steers this service, and an HTTPRoute has no {what}.",
                Assert.Single(refused.Errors[field]));
        }

        Assert.Equal(Route, await File.ReadAllTextAsync(_folder["route.yaml"]));
    }

    [Theory]
    [InlineData(1500, "1s500ms")]
    [InlineData(3_600_000, "1h")]
    [InlineData(1, "1ms")]
    public async Task A_timeout_is_written_as_Gateway_API_has_it(int milliseconds, string written)
    {
        await _mesh.StartAsync(default);
        Assert.IsType<EditResult.Done>(await EditAsync(new ResilienceEdit(TimeSpan.FromMilliseconds(milliseconds), null)));
        Assert.Contains($"request: {written}", await File.ReadAllTextAsync(_folder["route.yaml"]), StringComparison.Ordinal);
        Assert.Equal(milliseconds, Default.Rules.Timeout?.TotalMilliseconds);

        Assert.IsType<EditResult.Done>(await EditAsync(new ResilienceEdit(null, null)));
        Assert.Null(Default.Rules.Timeout);
    }

    [Fact]
    public async Task Backends_that_are_no_clusters_have_no_weights()
    {
        _folder.Write("route.yaml", Route.Replace("{name: far", "{name: user-service", StringComparison.Ordinal));
        await _mesh.StartAsync(default);

        Assert.Null(Default.Weights);
        Assert.IsType<EditResult.NotFound>(await EditAsync(new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 100 })));
    }

    private Task<EditResult> EditAsync(RouteEdit edit) => _mesh.EditRouteAsync("user-service", edit, null, "admin", default);
}
