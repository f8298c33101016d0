using System.Net.Http.Json;
using MessageBoard.Mesh.Explain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>
/// What callers get: an HttpClient and YARP, registered as the services and the gateway do it, with two real servers behind.
/// </summary>
public sealed class MeshHandlerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestBackend _ctx1 = null!, _ctx2 = null!;
    private WebApplication _gateway = null!;
    private HttpClient _throughYarp = null!;

    private HttpClient Client => _gateway.Services.GetRequiredService<IHttpClientFactory>().CreateClient("mesh");

    private MeshFolder Mesh => _gateway.Services.GetRequiredService<MeshFolder>();

    public async ValueTask InitializeAsync()
    {
        (_ctx1, _ctx2) = (await TestBackend.StartAsync("ctx1"), await TestBackend.StartAsync("ctx2"));
        _folder.Write("user-service.yaml", Yaml.Join(Yaml.Split(70, 30), Yaml.Rule));
        _folder.Write("workloads.yaml", Yaml.Join(
            Yaml.Service("user-service"),
            Yaml.Workload("user-service", "ctx1", _ctx1.Port),
            Yaml.Workload("user-service", "ctx2", _ctx2.Port)));
        _gateway = Gateway(new() { ["Mesh:Folder"] = _folder.Path });
        await _gateway.StartAsync();
        _throughYarp = new() { BaseAddress = new(_gateway.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _ctx1.DisposeAsync();
        await _ctx2.DisposeAsync();
        _throughYarp.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_are_split_by_weight_over_kept_connections(bool yarp)
    {
        const int Requests = 2000;
        var ctx1 = 0;
        var client = yarp ? _throughYarp : Client;
        for (var i = 0; i < Requests; i++)
            ctx1 += (await client.GetStringAsync(yarp ? "/ping" : "http://user-service/ping")).StartsWith("ctx1", StringComparison.Ordinal)
                ? 1
                : 0;

        // Outside of 4.9 standard deviations once in 10^6 runs.
        var deviation = Math.Sqrt(Requests * 0.7 * 0.3);
        Assert.InRange(ctx1, Requests * 0.7 - 4.9 * deviation, Requests * 0.7 + 4.9 * deviation);
        Assert.Equal((1, 1), (_ctx1.Connections, _ctx2.Connections));
    }

    [Theory]
    [InlineData("http://user-service/a%2Fb/%ED%95%9C?q=%20x&y=1%2B1")]
    [InlineData("http://user-service.messageboard.svc.cluster.local/a//b/")]
    [InlineData("http://user-service")]
    public async Task The_service_gets_the_request_as_it_was_written(string address)
    {
        var uri = new Uri(address);

        var answer = await Client.GetStringAsync(uri);

        Assert.Equal($"GET {uri.Authority} {uri.PathAndQuery}", answer[5..]);
    }

    [Fact]
    public async Task A_host_header_of_the_callers_own_stays()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "http://user-service/a") { Headers = { Host = "example.com:81" } };

        using var response = await Client.SendAsync(request);

        Assert.Equal("DELETE example.com:81 /a", (await response.Content.ReadAsStringAsync())[5..]);
    }

    [Fact]
    public async Task An_edit_is_in_force_for_the_next_request()
    {
        await Mesh.EditRouteAsync(
            "user-service", new WeightsEdit(new Dictionary<string, int> { ["ctx1"] = 0, ["ctx2"] = 100 }), null, "admin",
            CancellationToken.None);

        for (var i = 0; i < 50; i++)
            Assert.StartsWith("ctx2", await _throughYarp.GetStringAsync("/ping"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_YARP_forwards_goes_as_HTTP_2_where_the_rule_says_so()
    {
        _folder.Write("user-service.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: all}
            spec: {host: user-service, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}}
            """);
        _folder.Write("workloads.yaml", Yaml.Join(
            Yaml.Service("user-service"),
            Yaml.Workload("user-service", "ctx1", _ctx1.Port).Replace(
                $"http: {_ctx1.Port}", $"http: {_ctx1.Port}, http2: {_ctx1.Http2Port}", StringComparison.Ordinal)));
        foreach (var backend in (TestBackend[])[_ctx1, _ctx2])
            backend.Answer = context => context.Response.WriteAsync(context.Request.Protocol);

        await Eventually.IsTrueAsync(async () => await _throughYarp.GetStringAsync("/ping") == "HTTP/2", "the rule is in force");
        using var posted = await _throughYarp.PostAsync("/ping", new StringContent("a body"));
        Assert.Equal("HTTP/2", await posted.Content.ReadAsStringAsync());
        Assert.Equal("a body", _ctx1.Bodies.Last());
        using var upgrade = new HttpRequestMessage(HttpMethod.Get, "/ping")
        {
            Headers = { { "Connection", "Upgrade" }, { "Upgrade", "websocket" } },
        };
        using var upgraded = await _throughYarp.SendAsync(upgrade);
        Assert.Equal("HTTP/1.1", await upgraded.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_service_the_answer_is_503(bool yarp)
    {
        File.Delete(_folder["workloads.yaml"]);
        await Eventually.IsTrueAsync(() => Mesh.Current.Problems.Count > 0, "the service is gone");

        using var response = await (yarp ? _throughYarp.GetAsync("/ping") : Client.GetAsync("http://user-service/ping"));

        await AssertProblemAsync(response, HttpStatusCode.ServiceUnavailable, "cluster not found");
    }

    [Fact]
    public async Task An_unknown_host_is_404()
    {
        using var response = await Client.GetAsync("http://nobody/ping");

        await AssertProblemAsync(response, HttpStatusCode.NotFound, "no route");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_endpoints_are_tried_and_then_503(bool yarp)
    {
        await _ctx1.DisposeAsync();
        await _ctx2.DisposeAsync();

        using var response = await (yarp ? _throughYarp.GetAsync("/ping") : Client.GetAsync("http://user-service/ping"));

        await AssertProblemAsync(
            response,
            HttpStatusCode.ServiceUnavailable,
            "upstream connect error or disconnect/reset before headers. reset reason: connection failure");
    }

    [Fact]
    public async Task Without_a_folder_requests_go_where_they_are_addressed()
    {
        await using var gateway = Gateway([]);

        Assert.Null(gateway.Services.GetService<MeshFolder>());
        var client = gateway.Services.GetRequiredService<IHttpClientFactory>().CreateClient("mesh");
        Assert.StartsWith("ctx1", await client.GetStringAsync($"http://127.0.0.1:{_ctx1.Port}/"), StringComparison.Ordinal);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string detail)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>();
        Assert.Equal(((int)status, detail), (problem!.Status, problem.Detail));
    }

    private static WebApplication Gateway(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMesh(builder.Configuration);
        builder.Services.AddHttpClient("mesh").AddMeshRouting();
        builder.Services.AddReverseProxy().AddMeshRouting(builder.Configuration).LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "user-service", Match = new() { Path = "/{**path}" } }],
            [new ClusterConfig { ClusterId = "user-service", Destinations =
                new Dictionary<string, DestinationConfig> { ["mesh"] = new() { Address = "http://user-service" } } }]);
        var app = builder.Build();
        app.MapReverseProxy(pipeline => pipeline.Use((context, next) =>
        {
            context.Features.Set(new MeshExchange { IsForwarded = true }); // as the gateway does: plain requests go the short way
            return next(context);
        }));
        return app;
    }
}
