using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Tests.Forwarding;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Tests.GatewayApi;

/// <summary>What HTTPRoutes do to requests on their way to real servers.</summary>
public sealed class HttpRouteForwardingTests : IAsyncLifetime
{
    private TestBackend _a = null!, _b = null!;
    private MeshSnapshot _snapshot = MeshSnapshot.Empty;
    private HttpMessageInvoker _client = null!;

    public async ValueTask InitializeAsync()
    {
        (_a, _b) = (await TestBackend.StartAsync("a"), await TestBackend.StartAsync("b"));
        _client = new(new MeshHandler(new MeshRuntime(() => _snapshot, TimeProvider.System), TimeProvider.System, new(), null));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Theory]
    [InlineData("/old", "/new", "/old/x?q=1", "/new/x?q=1")]
    [InlineData("/old", "/new", "/old", "/new")]
    [InlineData("/old/", "/new/", "/old/x", "/new/x")]
    [InlineData("/old", "/", "/old/x", "/x")]
    [InlineData("/old", "/", "/old", "/")]
    [InlineData("/old", "/", "/old/", "/")]
    [InlineData("/", "/", "/x", "/x")]
    public async Task A_prefix_is_replaced_by_whole_segments(string prefix, string replacement, string path, string expected)
    {
        Apply($"{{matches: [{{path: {{value: {prefix}}}}}], backendRefs: [{{name: a, port: 80}}], "
            + "filters: [{type: URLRewrite, urlRewrite: {hostname: new.example, "
            + $"path: {{type: ReplacePrefixMatch, replacePrefixMatch: {replacement}}}}}}}]}}");

        Assert.Equal((200, $"a GET new.example {expected}"), await AskAsync(path));
    }

    [Fact]
    public async Task A_whole_path_is_replaced_and_headers_are_changed()
    {
        Apply("{backendRefs: [{name: a, port: 80}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, "
            + "replaceFullPath: /all}}}, {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X-A, value: b}]}}]}");
        using var response = await SendAsync("/x/y?q");

        Assert.Equal("a GET user-service /all?q", await response.Content.ReadAsStringAsync());
        Assert.Equal("b", Assert.Single(response.Headers.GetValues("x-a")));
    }

    [Theory]
    [InlineData("{}", 302, "http://user-service/old/x?q")]
    [InlineData("{scheme: https, hostname: new.example, statusCode: 308}", 308, "https://new.example/old/x?q")]
    [InlineData("{port: 8080, path: {type: ReplaceFullPath, replaceFullPath: /all}}", 302, "http://user-service:8080/all?q")]
    [InlineData("{path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}, statusCode: 301}", 301, "http://user-service/new/x?q")]
    public async Task A_redirect_says_where(string redirect, int status, string location)
    {
        Apply($"{{matches: [{{path: {{value: /old}}}}], filters: [{{type: RequestRedirect, requestRedirect: {redirect}}}]}}");
        using var response = await SendAsync("/old/x?q");

        Assert.Equal((status, location), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("Location"))));
    }

    [Theory]
    [InlineData("{backendRefs: [{name: nobody, port: 80}]}")]
    [InlineData("{backendRefs: [{name: a, port: 8080}]}")]
    [InlineData("{backendRefs: [{name: a, port: 80, weight: 0}]}")]
    [InlineData("{}")]
    public async Task Without_a_backend_the_answer_is_500(string rule)
    {
        Apply(rule);

        Assert.Equal(500, (await AskAsync("/")).Status);
        Assert.Equal(0, _a.Requests);
    }

    [Fact]
    public async Task A_mirror_gets_a_copy()
    {
        Apply("{backendRefs: [{name: a, port: 80}], filters: [{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}}}]}");

        Assert.Equal((200, "a GET user-service /x"), await AskAsync("/x"));
        await Eventually.IsTrueAsync(() => _b.Hosts.Contains("user-service-shadow"), "the copy has come");
    }

    [Fact]
    public async Task A_timeout_ends_what_takes_too_long()
    {
        Apply("{backendRefs: [{name: a, port: 80}], timeouts: {request: 100ms}}");
        _a.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

        Assert.Equal(504, (await AskAsync("/")).Status);
    }

    private void Apply(string rule)
    {
        var route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: route}\n"
            + $"spec: {{parentRefs: [{{group: '', kind: Service, name: user-service}}], rules: [{rule}]}}";
        var file = ResourceFile.Read("a.yaml", Yaml.Join(
            Yaml.Service("user-service"), Yaml.Service("a"), Yaml.Service("b"), Yaml.Workload("a", "ctx1", _a.Port),
            Yaml.Workload("b", "ctx2", _b.Port), route));
        Assert.Empty(file.Problems);
        _snapshot = MeshSnapshot.Create(file.Resources, [], new());
    }

    private Task<HttpResponseMessage> SendAsync(string path) =>
        _client.SendAsync(new(HttpMethod.Get, $"http://user-service{path}"), default);

    private async Task<(int Status, string Body)> AskAsync(string path)
    {
        using var response = await SendAsync(path);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
