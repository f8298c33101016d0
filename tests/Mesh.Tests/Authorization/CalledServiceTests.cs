using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Explain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Tests.Authorization;

/// <summary>A user-service that goes by the project's own example policy, and its callers, each through a mesh of its own.</summary>
public sealed class CalledServiceTests : IAsyncLifetime
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODw==", OtherKey = "/////////////////////w==";

    private readonly TemporaryFolder _istio = new();
    private WebApplication _service = null!;

    public async ValueTask InitializeAsync()
    {
        const string Policy = "user-service-authorization.yaml";
        _istio.Write(Policy, await File.ReadAllTextAsync(Path.Combine(Repository.Root, "istio", "examples", "authorization", Policy)));
        _service = Create("user-service", Key);
        _service.UseMeshAuthorization();
        _service.MapGet("/{**path}", (HttpRequest request) => $"answered by {request.Protocol}");
        _service.MapGet("/api/forbidden", () => Results.StatusCode(403));
        await _service.StartAsync();
        var ports = _service.Urls.Select(url => new Uri(url).Port).ToArray();
        _istio.Write("user-service.yaml", MeshYaml.Service("user-service") + MeshYaml.Workload("user-service", "ctx1", ports[0], ports[1]));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _istio.Dispose();
    }

    [Theory]
    [InlineData("gateway", Key, "/api/users/ping", 200)]
    [InlineData("gateway", Key, "/internal/users", 403)]
    [InlineData("message-service", Key, "/internal/users", 200)]
    [InlineData("message-service", Key, "/api/users/ping", 403)]
    [InlineData("log-service", Key, "/api/users/ping", 403)]
    [InlineData("gateway", null, "/api/users/ping", 403)]
    [InlineData("gateway", OtherKey, "/api/users/ping", 403)]
    [InlineData("gateway", null, "/healthz/live", 200)]
    public async Task The_policy_says_who_may_call_what(string caller, string? key, string path, int status)
    {
        var (answered, body) = await GetAsync(caller, key, path);

        Assert.Equal(status, answered);
        var refusal = key == Key ? "RBAC: access denied" : "Only processes of this run";
        Assert.Contains(status == 200 ? "answered" : refusal, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway", Key, "/api/users/ping", 200, "answered by HTTP/2")]
    [InlineData("gateway", Key, "/internal/users", 403, "RBAC: access denied")]
    [InlineData("message-service", Key, "/internal/users", 200, "answered by HTTP/2")]
    [InlineData("message-service", Key, "/api/users/ping", 403, "RBAC: access denied")]
    [InlineData("gateway", null, "/api/users/ping", 403, "Only processes of this run")]
    [InlineData("gateway", OtherKey, "/api/users/ping", 403, "Only processes of this run")]
    public async Task The_policy_holds_over_HTTP_2_too(string caller, string? key, string path, int status, string body)
    {
        _istio.Write("rule.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: { name: user-service, namespace: messageboard }
            spec: { host: user-service, trafficPolicy: { connectionPool: { http: { h2UpgradePolicy: UPGRADE } } } }
            """);

        var (answered, said) = await GetAsync(caller, key, path);

        Assert.Equal(status, answered);
        Assert.Contains(body, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway", Key, "/internal/users", true)]
    [InlineData("gateway", null, "/api/users/ping", true)]
    [InlineData("message-service", Key, "/internal/users", false)]
    [InlineData("gateway", Key, "/api/forbidden", false)]
    public async Task The_caller_s_mesh_tells_a_policy_s_refusal_from_the_service_s_own(
        string caller, string? key, string path, bool isDenied)
    {
        await using var app = Create(caller, key);
        await app.StartAsync();
        using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("user-service");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://user-service{path}");
        var exchange = new MeshExchange();
        request.Options.Set(MeshExchange.Key, exchange);

        using var response = await client.SendAsync(request);

        Assert.Equal(isDenied, exchange.Notes.IsDenied);
        Assert.Equal(caller != "message-service", response.StatusCode == HttpStatusCode.Forbidden);
        Assert.False(response.Headers.Contains("x-mesh-denied"));
    }

    [Theory]
    [InlineData("/%69nternal/users")]
    [InlineData("/internal/%75sers?a=/api/")]
    [InlineData("/api/../internal/users")]
    [InlineData("/api/%2e%2e/internal/users")]
    [InlineData("/./internal/users")]
    [InlineData("/healthz/../internal/users")]
    [InlineData("/INTERNAL/users")]
    [InlineData("//internal/users")]
    [InlineData("/healthz/%2E%2E/internal/users")]
    public async Task No_spelling_of_the_path_gets_around_it(string path) =>
        Assert.Equal(403, (await GetAsync("gateway", Key, path)).Status);

    [Theory]
    [InlineData(null)]
    [InlineData(Key)]
    public async Task Nobody_names_another_caller(string? key)
    {
        var forged = new CallerIdentity(Convert.FromBase64String(OtherKey)).Sign("cluster.local/ns/messageboard/sa/message-service");
        Assert.Equal(403, (await GetAsync("log-service", key, "/internal/users", forged)).Status);

        // One of the mesh cannot pass on what it was told, even if that was signed.
        var replayed = new CallerIdentity(Convert.FromBase64String(Key)).Sign("cluster.local/ns/messageboard/sa/message-service");
        Assert.Equal(403, (await GetAsync("gateway", key, "/internal/users", replayed)).Status);
    }

    [Theory]
    [InlineData("/api/users/ping", 403)]
    [InlineData("/internal/users", 403)]
    [InlineData("/", 403)]
    [InlineData("/healthz/live", 200)]
    [InlineData("/healthz/ready", 200)]
    [InlineData("/HEALTHZ/../internal/users", 403)]
    public async Task Without_the_runs_key_nobody_is_answered_whatever_the_policies(string path, int status)
    {
        File.Delete(_istio["user-service-authorization.yaml"]);
        await Eventually.IsTrueAsync(
            () => _service.Services.GetRequiredService<MeshFolder>().Current.Authorization.IsEmpty, "there is no policy");

        Assert.Equal(status, (await GetAsync("gateway", null, path)).Status);
        Assert.Equal(status, (await GetAsync("gateway", OtherKey, path)).Status);
        Assert.Equal(200, (await GetAsync("gateway", Key, path)).Status);
    }

    private async Task<(int Status, string Body)> GetAsync(string caller, string? key, string path, string? source = null)
    {
        await using var app = Create(caller, key);
        await app.StartAsync();
        using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("user-service");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(
            $"http://user-service{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (source is not null)
            request.Headers.TryAddWithoutValidation(CallerIdentity.Header, source);

        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private WebApplication Create(string name, string? key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Kestrel:Endpoints:Http:Url"] = "http://127.0.0.1:0"; // as the launcher has it
        builder.Configuration["Kestrel:Endpoints:Http2:Url"] = "http://127.0.0.1:0";
        builder.Configuration["Kestrel:Endpoints:Http2:Protocols"] = "Http2";
        builder.Configuration["Mesh:Folder"] = _istio.Path;
        builder.Configuration["Mesh:IdentityKey"] = key;
        builder.Services.AddSingleton(new MeshProxy { ServiceAccount = name, Labels = new Dictionary<string, string> { ["app"] = name } });
        builder.Services.AddMesh(builder.Configuration);
        builder.Services.AddHttpClient("user-service").AddMeshRouting();
        return builder.Build();
    }
}
