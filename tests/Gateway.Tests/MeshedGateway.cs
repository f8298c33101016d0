using System.Collections.Concurrent;
using System.Globalization;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests;

/// <summary>
/// The real gateway on Kestrel, before a backend in each cluster that answers for all services, with the project's own
/// <c>istio/</c> in a folder of its own, and a Garnet for the sessions.
/// </summary>
public sealed class MeshedGateway : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messageboard-gateway-");
    private readonly Dictionary<string, WebApplication> _backends = [];
    private WebApplicationFactory<Program> _factory = null!;
    private TestProcess _garnet = null!;

    public HttpClient Client { get; private set; } = null!;

    public string Istio => Path.Combine(_folder.FullName, "istio");

    public string DrillFolder => Path.Combine(_folder.FullName, "drill");

    public string LauncherState => Path.Combine(_folder.FullName, "state.json");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(DrillFolder);
        Directory.CreateDirectory(Istio);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*.yaml"))
            File.Copy(file, Path.Combine(Istio, Path.GetFileName(file)));

        foreach (var cluster in (string[])["ctx1", "ctx2"])
            await StartBackendAsync(cluster);

        var page = Directory.CreateDirectory(Path.Combine(_folder.FullName, "page"));
        await File.WriteAllTextAsync(Path.Combine(page.FullName, "index.html"), "<!doctype html><title>MessageBoard</title>");

        var redisPort = Repository.FreePort();
        _garnet = await Garnet.StartAsync(redisPort);

        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseUrls("http://127.0.0.1:0")
            .UseSetting("Mesh:Folder", Istio)
            .UseSetting("Gateway:Page", page.FullName)
            .UseSetting("ConnectionStrings:Redis", $"127.0.0.1:{redisPort}")
            .UseSetting("Drill:Folder", DrillFolder)
            .UseSetting("Drill:State", LauncherState)
            .UseSetting("CLUSTER_NAME", "ctx1"));
        _factory.UseKestrel(0);
        _factory.StartServer();
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = AddressOf(_factory.Services) };
        await Eventually.IsTrueAsync(async () => (await Client.GetStringAsync("/healthz/ready")).Contains("\"redis\":\"Healthy\""), "Garnet answers");
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
        foreach (var backend in _backends.Values)
            await backend.DisposeAsync();

        _garnet.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The Cookie header of a new session.</summary>
    public async Task<string> LogInAsync(bool isAdmin)
    {
        var sessions = _factory.Services.GetRequiredService<SessionStore>();
        return $"session={await sessions.CreateAsync(new Session(1, isAdmin ? "admin" : "alice", isAdmin))}";
    }

    public Task<HttpResponseMessage> PutWeightsAsync(string service, string body, string? cookie = null) =>
        SendAsync(HttpMethod.Put, $"/api/traffic/weights/{service}", body, cookie);

    /// <summary>Sends JSON.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        request.Headers.ExpectContinue = body?.Length > 1_000_000; // who is refused stops sending, and reads why
        return await Client.SendAsync(request);
    }

    /// <summary>Writes what the launcher of a local run writes: a process of user-service in each cluster, and the gateway.</summary>
    public void WriteLauncherState() => File.WriteAllText(LauncherState, $$"""
        {"phase":"Ready","launcher":{"pid":{{Environment.ProcessId}},"startTicks":1},"processes":[
          {"app":"gateway","cluster":"ctx1","pod":"gateway-ctx1-c","condition":"Ready"},
          {"app":"user-service","cluster":"ctx1","pod":"user-service-ctx1-a","condition":"Ready"},
          {"app":"user-service","cluster":"ctx2","pod":"user-service-ctx2-b","condition":"Down"}]}
        """);

    /// <summary>What a cluster's backend was asked: the Host header and the path.</summary>
    public ConcurrentQueue<(string Cluster, string Host, string Path)> Seen { get; } = [];

    /// <summary>Copies an exercise of istio/examples over the files it changes, and waits until it is in force.</summary>
    public async Task ApplyExampleAsync(string name)
    {
        var mesh = _factory.Services.GetRequiredService<MeshFolder>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio", "examples", name), "*.yaml"))
        {
            var before = mesh.Current;
            var copy = Path.Combine(Istio, Path.GetFileName(file));
            File.Copy(file, $"{copy}.tmp");
            File.Move($"{copy}.tmp", copy, overwrite: true);
            await Eventually.IsTrueAsync(() => mesh.Current != before, $"{name} is in force");
        }

        Assert.Empty(mesh.Current.Problems);
    }

    /// <summary>Ends a cluster's backend; its workload stays in the mesh, as in the moment after a crash.</summary>
    public async Task StopBackendAsync(string cluster)
    {
        _backends.Remove(cluster, out var backend);
        await backend!.DisposeAsync();
    }

    /// <summary>Takes a cluster's workloads out of the mesh.</summary>
    public void RemoveWorkloads(string cluster) => File.Delete(WorkloadFile(cluster));

    public void StopRedis() => _garnet.Kill();

    /// <summary>Starts a backend that answers with its tags and the path it saw, with the status and the delay (in ms) that the query asks for.</summary>
    private async Task StartBackendAsync(string cluster)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            Seen.Enqueue((cluster, context.Request.Host.Value!, context.Request.Path));
            if (context.Request.Query["delay"].FirstOrDefault() is { } delay)
                await Task.Delay(int.Parse(delay, CultureInfo.InvariantCulture));

            context.Response.Headers["X-Service-Name"] = context.Request.Host.Host;
            context.Response.Headers["X-Service-Cluster"] = cluster;
            context.Response.Headers["X-Pod-Name"] = $"{context.Request.Host.Host}-{cluster}-pod";
            context.Response.StatusCode = context.Request.Query["status"].FirstOrDefault() is { } status ? int.Parse(status, CultureInfo.InvariantCulture) : 200;
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        });
        await app.StartAsync();
        _backends[cluster] = app;

        var port = AddressOf(app.Services).Port;
        Directory.CreateDirectory(Path.GetDirectoryName(WorkloadFile(cluster))!);
        await File.WriteAllTextAsync(WorkloadFile(cluster), string.Concat(Services.Select(service => MeshYaml.Workload(service, cluster, port))));
        await File.WriteAllTextAsync(Path.Combine(Istio, "workloads", "services.yaml"), string.Concat(Services.Select(MeshYaml.Service)));
    }

    private static readonly string[] Services = ["user-service", "message-service", "log-service"];

    private string WorkloadFile(string cluster) => Path.Combine(Istio, "workloads", $"{cluster}.yaml");

    private static Uri AddressOf(IServiceProvider services) =>
        new(services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}
