using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Upstreams;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>
/// user-service with a real server in each cluster, ctx1 and ctx2, called through the mesh by a client in ctx1. Rules are set as
/// records; every test may change them at any time.
/// </summary>
internal sealed class TestMesh : IAsyncDisposable
{
    public const string Service = "user-service.messageboard.svc.cluster.local";

    private readonly HttpMessageInvoker _client;
    private volatile MeshSnapshot _snapshot = MeshSnapshot.Empty;

    private TestMesh(TestBackend ctx1, TestBackend ctx2)
    {
        (Ctx1, Ctx2) = (ctx1, ctx2);
        _client = new(new MeshHandler(new MeshRuntime(() => _snapshot, TimeProvider.System), TimeProvider.System, new(), null));
        Apply();
    }

    public TestBackend Ctx1 { get; }

    public TestBackend Ctx2 { get; }

    public HttpRoute Route { get; private set; } = ToSubset("ctx1");

    public TrafficPolicy? Policy { get; private set; }

    /// <summary>What holds in the whole mesh; for the next <see cref="Set"/>.</summary>
    public MeshConfig Config { get; set; } = MeshConfig.Default;

    /// <summary>Whether ctx2's server says that it takes HTTP/2, as ctx1's does; for the next <see cref="Set"/>.</summary>
    public bool IsHttp2AtCtx2 { get; set; } = true;

    /// <summary>The service's port; for the next <see cref="Set"/>.</summary>
    public ServicePort Port { get; set; } = new(80, "http");

    public static async Task<TestMesh> StartAsync() => new(await TestBackend.StartAsync("ctx1"), await TestBackend.StartAsync("ctx2"));

    public static HttpRoute ToSubset(string subset) =>
        new() { Destinations = [new(new("user-service", subset, null), null, HttpHeaderRules.None)] };

    public static HttpRoute ToAll() => new() { Destinations = [new(new("user-service", null, null), null, HttpHeaderRules.None)] };

    public void Set(HttpRoute? route = null, TrafficPolicy? policy = null)
    {
        (Route, Policy) = (route ?? Route, policy ?? Policy);
        Apply();
        Assert.Empty(_snapshot.Problems);
    }

    /// <summary>A route to what nothing defines, which the snapshot tells.</summary>
    public void SetAstray(HttpRoute route)
    {
        Route = route;
        Apply();
        Assert.NotEmpty(_snapshot.Problems);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default) =>
        _client.SendAsync(request, cancellationToken);

    public async Task<Answer> GetAsync(string target = "http://user-service/", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);

        return await AskAsync(request);
    }

    /// <summary>Sends a request and tells how it went.</summary>
    public async Task<Answer> AskAsync(HttpRequestMessage request)
    {
        var exchange = new MeshExchange();
        request.Options.Set(MeshExchange.Key, exchange);
        using var response = await _client.SendAsync(request, CancellationToken.None);
        var body = await response.Content.ReadAsStringAsync();
        exchange.Complete();
        return new((int)response.StatusCode, body, response, exchange.Flags, exchange.Notes.Explain()!, exchange);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Ctx1.DisposeAsync();
        await Ctx2.DisposeAsync();
    }

    private void Apply()
    {
        var problems = new List<MeshProblem>();
        _snapshot = MeshSnapshot.Create(
            [
                new VirtualService(Key("VirtualService"), "a.yaml", ["user-service"], [MeshProxy.Mesh], [Route]),
                new DestinationRule(Key("DestinationRule"), "a.yaml", "user-service", Policy,
                    [SubsetOf("ctx1"), SubsetOf("ctx2"), SubsetOf("empty")]),
                new ServiceEntry(Key("ServiceEntry"), "a.yaml", [Service], [Port], new Dictionary<string, string>()),
                Workload(Ctx1, isHttp2: true),
                Workload(Ctx2, IsHttp2AtCtx2),
                Config,
            ],
            problems,
            new() { Labels = new Dictionary<string, string> { ["app"] = "gateway" }, Locality = "ctx1" });
    }

    private static Subset SubsetOf(string cluster) => new(cluster, new Dictionary<string, string> { ["cluster"] = cluster }, null);

    private static WorkloadEntry Workload(TestBackend backend, bool isHttp2) => new(
        Key("WorkloadEntry", backend.Name), "a.yaml", "127.0.0.1",
        new Dictionary<string, int> { ["http"] = backend.Port, [isHttp2 ? "http2" : "none"] = backend.Http2Port },
        new Dictionary<string, string> { ["cluster"] = backend.Name }, backend.Name);

    private static ResourceKey Key(string kind, string name = "user-service") => new(kind, HostNames.DefaultNamespace, name);

    internal sealed record Answer(
        int Status, string Body, HttpResponseMessage Response, ResponseFlags Flags, MeshExplanation Explanation, MeshExchange Exchange);
}
