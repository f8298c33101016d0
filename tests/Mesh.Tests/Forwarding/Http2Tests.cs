using MessageBoard.Mesh.Tests.Loading;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>Requests that go on as HTTP/2, as <c>h2UpgradePolicy</c> has it, to servers that take HTTP/2 at a port of its own.</summary>
public sealed class Http2Tests : ForwardingTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var backend in (TestBackend[])[_mesh.Ctx1, _mesh.Ctx2])
            backend.Answer = context => context.Response.WriteAsync($"{backend.Name} {context.Request.Protocol}");
    }

    // https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/cluster_traffic_policy.go, shouldH2Upgrade
    [Theory]
    [InlineData("h2UpgradePolicy: UPGRADE", false, "HTTP/2")]
    [InlineData("h2UpgradePolicy: UPGRADE", true, "HTTP/2")]
    [InlineData("h2UpgradePolicy: DO_NOT_UPGRADE", false, "HTTP/1.1")]
    [InlineData("h2UpgradePolicy: DO_NOT_UPGRADE", true, "HTTP/1.1")]
    [InlineData("h2UpgradePolicy: DEFAULT", false, "HTTP/1.1")]
    [InlineData("h2UpgradePolicy: DEFAULT", true, "HTTP/2")]
    [InlineData("maxRetries: 1", true, "HTTP/2")]
    [InlineData("useClientProtocol: true", true, "HTTP/1.1")]
    public async Task The_rule_says_what_is_spoken_else_the_mesh(string http, bool mesh, string expected)
    {
        _mesh.Config = MeshConfig.Default with { H2Upgrade = mesh };
        Set(http);

        var answer = await _mesh.GetAsync();

        Assert.Equal($"ctx1 {expected}", answer.Body);
        Assert.Equal(
            $"127.0.0.1:{(expected is "HTTP/2" ? _mesh.Ctx1.Http2Port : _mesh.Ctx1.Port)}",
            Assert.Single(answer.Explanation.Attempts).Endpoint);
        Assert.Empty(answer.Explanation.Notes);
    }

    [Theory]
    [InlineData("http", PortProtocol.Http, "HTTP/2")]
    [InlineData("web", PortProtocol.Http, "HTTP/1.1")] // no port of the workload's is named for it
    [InlineData("http-web", PortProtocol.Http, "HTTP/1.1")]
    [InlineData("http2", PortProtocol.Http2, "HTTP/2")]
    [InlineData("http", PortProtocol.Opaque, "HTTP/1.1")]
    public async Task A_ports_name_and_protocol_say_where_HTTP_2_is_taken(string name, PortProtocol protocol, string expected)
    {
        _mesh.Port = new(80, name) { Protocol = protocol, TargetPort = _mesh.Ctx1.Port };
        Set();

        Assert.Equal(expected, (await _mesh.GetAsync()).Body.Split(' ')[1]); // by no rule for routes, where the port is not HTTP's
    }

    [Fact]
    public async Task With_TLS_of_a_rule_it_stays_HTTP_1()
    {
        _mesh.Set(policy: Loaded.Policy("connectionPool: {http: {h2UpgradePolicy: UPGRADE}}, tls: {mode: SIMPLE}").OnlyPolicy());

        var answer = await _mesh.GetAsync();

        // The server has no TLS at either port.
        Assert.Equal(503, answer.Status);
        Assert.All(answer.Explanation.Attempts, attempt =>
            Assert.Equal(("UF", $"127.0.0.1:{_mesh.Ctx1.Port}"), (attempt.Flag, attempt.Endpoint)));
    }

    [Fact]
    public async Task The_service_gets_the_request_as_it_was_written()
    {
        Set();
        _mesh.Ctx1.Answer = context =>
        {
            var (asked, headers) = (context.Request, context.Request.Headers);
            return context.Response.WriteAsync($"{asked.Method} {headers["x-name"]} {headers.Cookie} {asked.ContentLength}");
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/a%2Fb?q=%20x")
        {
            Headers = { Host = "example.com:81" },
            Content = new StringContent("a body"),
        };
        request.Headers.Add("x-name", "a, b");
        request.Headers.Add("Cookie", "a=1; b=2");
        request.Headers.Add("Connection", "keep-alive");

        var answer = await _mesh.AskAsync(request);

        Assert.Equal("POST a, b a=1; b=2 6", answer.Body);
        Assert.Equal(("example.com:81", "/a%2Fb?q=%20x", "a body"),
            (_mesh.Ctx1.Hosts.Single(), _mesh.Ctx1.Targets.Single(), _mesh.Ctx1.Bodies.Single()));
    }

    [Fact]
    public async Task A_request_for_another_protocol_stays_HTTP_1()
    {
        Set();

        var answer = await _mesh.GetAsync("http://user-service/", ("Connection", "Upgrade"), ("Upgrade", "websocket"));

        Assert.Equal("ctx1 HTTP/1.1", answer.Body);
        Assert.Equal("ctx1 HTTP/2", (await _mesh.GetAsync()).Body);
    }

    [Fact]
    public async Task An_endpoint_without_HTTP_2_is_called_as_before_and_that_is_said()
    {
        _mesh.IsHttp2AtCtx2 = false;
        _mesh.Set(TestMesh.ToSubset("ctx2"), Upgrade());

        var answer = await _mesh.GetAsync();

        Assert.Equal("ctx2 HTTP/1.1", answer.Body);
        Assert.Equal(
            "ctx2 has no port for HTTP/2: h2UpgradePolicy has no effect there", Assert.Single(answer.Explanation.Notes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_retry_speaks_what_its_endpoint_takes(bool isHttp2AtCtx2)
    {
        _mesh.IsHttp2AtCtx2 = isHttp2AtCtx2;
        _mesh.Set(
            TestMesh.ToAll() with { Retries = new() { Attempts = 2, On = RetryConditions.ServerError } },
            Upgrade() with { LoadBalancer = new() { Algorithm = LoadBalancingAlgorithm.RoundRobin } });
        _mesh.Ctx1.AnswerWith(503);

        for (var i = 0; i < 4; i++)
            Assert.Equal($"ctx2 {(isHttp2AtCtx2 ? "HTTP/2" : "HTTP/1.1")}", (await _mesh.GetAsync()).Body);

        Assert.True(_mesh.Ctx1.Requests > 0);
        _mesh.Ctx1.Answer = context => context.Response.WriteAsync($"ctx1 {context.Request.Protocol}");
        _mesh.Ctx2.AnswerWith(503);
        for (var i = 0; i < 4; i++)
            Assert.Equal("ctx1 HTTP/2", (await _mesh.GetAsync()).Body);
    }

    [Fact]
    public async Task An_endpoint_that_gives_up_is_tried_again_and_then_told()
    {
        _mesh.Set(
            TestMesh.ToSubset("ctx1") with { Retries = new() { Attempts = 1, On = RetryConditions.ServerError } }, Upgrade());
        await _mesh.GetAsync();
        _mesh.Ctx1.HangUp();

        var reset = await _mesh.GetAsync();

        Assert.Equal(503, reset.Status);
        Assert.Equal(["UC", "UC"], reset.Explanation.Attempts.Select(attempt => attempt.Flag));
        await _mesh.Ctx1.DisposeAsync();
        var gone = await _mesh.GetAsync();
        Assert.Equal(503, gone.Status);
        Assert.Equal("UF", gone.Explanation.Attempts[^1].Flag);
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_taken_out()
    {
        _mesh.Set(TestMesh.ToAll(), Upgrade() with { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 50 } });
        _mesh.Ctx1.AnswerWith(500);

        await Eventually.IsTrueAsync(async () => (await _mesh.GetAsync()).Status == 500, "ctx1 is asked");
        for (var i = 0; i < 10; i++)
            Assert.Equal("ctx2 HTTP/2", (await _mesh.GetAsync()).Body);
    }

    [Fact]
    public async Task Requests_share_connections_and_http2MaxRequests_limits_them()
    {
        const int AtOnce = 120; // more than a hundred, which is what one connection of Kestrel's carries
        var open = new TaskCompletionSource();
        _mesh.Ctx1.Answer = _ => open.Task;
        Set($"h2UpgradePolicy: UPGRADE, http2MaxRequests: {AtOnce}, http1MaxPendingRequests: 1", "maxConnections: 1");

        var asked = Enumerable.Range(0, AtOnce + 10).Select(_ => _mesh.GetAsync()).ToList();
        await Eventually.IsTrueAsync(
            () => _mesh.Ctx1.Requests == AtOnce && asked.Count(answer => answer.IsCompleted) == 10, "the limit is reached");
        open.SetResult();
        var answers = await Task.WhenAll(asked);

        Assert.Equal(AtOnce, answers.Count(answer => answer.Status == 200));
        Assert.Equal(10, answers.Count(answer => answer.Flags == ResponseFlags.UO));
        Assert.InRange(_mesh.Ctx1.Connections, 2, 10);
    }

    [Theory]
    [InlineData("maxRequestsPerConnection: 1", 5)]
    [InlineData("idleTimeout: 1h", 1)]
    public async Task Connections_are_kept_or_not(string http, int connections)
    {
        Set($"h2UpgradePolicy: UPGRADE, {http}");

        for (var i = 0; i < 5; i++)
            Assert.Equal("ctx1 HTTP/2", (await _mesh.GetAsync()).Body);

        Assert.Equal(connections, _mesh.Ctx1.Connections);
    }

    private static TrafficPolicy Upgrade() => new() { ConnectionPool = new() { H2Upgrade = true } };

    private void Set(string http = "h2UpgradePolicy: UPGRADE", string tcp = "") =>
        _mesh.Set(policy: Loaded.Policy($"connectionPool: {{http: {{{http}}}{(tcp is "" ? "" : $", tcp: {{{tcp}}}")}}}").OnlyPolicy());
}
