using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MessageBoard.Mesh.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests;

/// <summary>
/// The gateway before a backend in each cluster that answers for all services, with the project's own <c>istio/</c> in a folder
/// of its own.
/// </summary>
public partial class MeshedGateway : RunningGateway, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messageboard-gateway-");
    private FileStream? _launcher;
    private readonly Dictionary<string, WebApplication> _backends = [];

    public string Istio => Path.Combine(_folder.FullName, "istio");

    public string Page => Path.Combine(_folder.FullName, "page");

    private string LauncherLock => Path.Combine(_folder.FullName, "lock");

    public string DrillFolder => Path.Combine(_folder.FullName, "drill");

    /// <summary>What a gateway is told beyond what all are.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    public virtual async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(DrillFolder);
        Directory.CreateDirectory(Istio);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*.yaml"))
            File.Copy(file, Path.Combine(Istio, Path.GetFileName(file)));

        foreach (var cluster in (string[])["ctx1", "ctx2"])
            await StartBackendAsync(cluster);

        Directory.CreateDirectory(Page);
        await File.WriteAllTextAsync(Path.Combine(Page, "index.html"), "<!doctype html><title>MessageBoard</title>");

        await StartGatewayAsync();
    }

    /// <summary>Stops the gateway and starts it anew, with the same folder and an empty Redis.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartGatewayAsync();
    }

    private Task StartGatewayAsync() => StartAsync(new Dictionary<string, string>(Settings)
    {
        ["Mesh:Folder"] = Istio,
        ["Gateway:Page"] = Page,
        ["Drill:Folder"] = DrillFolder,
        ["Drill:Lock"] = LauncherLock,
    });

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopAsync();
        foreach (var backend in _backends.Values)
            await backend.DisposeAsync();

        _launcher?.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Writes what the launcher of a local run writes: a process of user-service in each cluster.</summary>
    public void BeginDrill()
    {
        WriteDrill("""
            {"clusters":{
              "ctx2":[{"pod":"user-service-ctx2-b","app":"user-service","condition":"down"}],
              "ctx1":[{"pod":"user-service-ctx1-a","app":"user-service","condition":"ready"}]}}
            """);
        _launcher = new(LauncherLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>As its death does: it gives its lock back, and leaves its files.</summary>
    public void KillLauncher() => _launcher!.Dispose();

    /// <summary>Whole, as the launcher does.</summary>
    public void WriteDrill(string json)
    {
        var file = Path.Combine(DrillFolder, "drill.json");
        File.WriteAllText($"{file}.tmp", json);
        File.Move($"{file}.tmp", file, overwrite: true);
    }

    /// <summary>What a cluster's backend answers, and after how many ms, where the query asks for nothing.</summary>
    public ConcurrentDictionary<string, (int Status, int Delay)> Behaviour { get; } = [];

    /// <summary>What a cluster's backend was asked: the Host header and the path.</summary>
    public ConcurrentQueue<(string Cluster, string Host, string Path)> Seen { get; } = [];

    /// <summary>Copies an exercise of istio/examples over the files it changes, and waits until it is in force.</summary>
    /// <param name="name">The exercise.</param>
    /// <param name="change">What stands in the files in place of what is out of a test's reach; null for nothing.</param>
    public async Task ApplyExampleAsync(string name, Func<string, string>? change = null)
    {
        var mesh = Services.GetRequiredService<MeshFolder>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio", "examples", name), "*.yaml"))
        {
            var before = mesh.Current;
            var copy = Path.Combine(Istio, Path.GetFileName(file));
            await File.WriteAllTextAsync($"{copy}.tmp", (change ?? (text => text))(await File.ReadAllTextAsync(file)));
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

    /// <summary>Takes all workloads out, and waits until requests find none.</summary>
    public async Task RemoveAllWorkloadsAsync()
    {
        RemoveWorkloads("ctx1");
        RemoveWorkloads("ctx2");
        await Eventually.IsTrueAsync(async () =>
        {
            using var response = await Client.GetAsync("/api/logs/redis");
            return response.StatusCode == HttpStatusCode.ServiceUnavailable;
        }, "the mesh has no workloads");
    }

    /// <summary>
    /// Starts a backend that answers with its tags and the path it saw, with the status and the delay (in ms) that the query asks
    /// for. Under X-Seen- it says of <see cref="Shown"/> headers what it saw.
    /// </summary>
    private async Task StartBackendAsync(string cluster)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // As the services have it.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        var app = builder.Build();
        app.Run(async context =>
        {
            Seen.Enqueue((cluster, context.Request.Host.Value!, context.Request.Path));
            var (usual, pause) = Behaviour.GetValueOrDefault(cluster, (Status: 200, Delay: 0));
            if (context.Request.Query["delay"].FirstOrDefault() is { } delay)
                pause = int.Parse(delay, CultureInfo.InvariantCulture);

            await Task.Delay(pause);

            context.Response.Headers["X-Service-Name"] = context.Request.Host.Host;
            context.Response.Headers["X-Service-Cluster"] = cluster;
            context.Response.Headers["X-Pod-Name"] = $"{context.Request.Host.Host}-{cluster}-pod";
            foreach (var (name, value) in context.Request.Headers.Where(header => Shown.IsMatch(header.Key)))
                context.Response.Headers[$"X-Seen-{name}"] = value;

            if (await ReadBodyAsync(context) || await DripAsync(context))
                return;

            context.Response.Headers["X-Seen-Target"] = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            context.Response.StatusCode = context.Request.Query["status"].FirstOrDefault() is { } status
                ? int.Parse(status, CultureInfo.InvariantCulture)
                : usual;
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        });
        await app.StartAsync();
        _backends[cluster] = app;

        var port = AddressOf(app.Services).Port;
        Directory.CreateDirectory(Path.GetDirectoryName(WorkloadFile(cluster))!);
        await File.WriteAllTextAsync(
            WorkloadFile(cluster), string.Concat(Fronted.Select(service => MeshYaml.Workload(service, cluster, port))));
        await File.WriteAllTextAsync(Path.Combine(Istio, "workloads", "services.yaml"), string.Concat(Fronted.Select(MeshYaml.Service)));
    }

    // What the query wants of a large body: to be counted, limited, or never read.
    private static async Task<bool> ReadBodyAsync(HttpContext context)
    {
        var (query, size) = (context.Request.Query, context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>());
        if (query["limit"].FirstOrDefault() is { } limit)
        {
            size.MaxRequestBodySize = long.Parse(limit, CultureInfo.InvariantCulture);
            await context.Request.Body.CopyToAsync(Stream.Null); // throws, and Kestrel answers 413
        }

        if (query.ContainsKey("stall"))
        {
            size.MaxRequestBodySize = null;
            _ = await context.Request.Body.ReadAsync(new byte[1]);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }

        if (!query.ContainsKey("count"))
            return false;

        size.MaxRequestBodySize = null;
        var (count, buffer) = (0L, new byte[64 * 1024]);
        while (await context.Request.Body.ReadAsync(buffer) is > 0 and var read)
            count += read;

        await context.Response.WriteAsync(count.ToString(CultureInfo.InvariantCulture));
        return true;
    }

    // A response that begins, with its body or without, and does not end.
    private static async Task<bool> DripAsync(HttpContext context)
    {
        if (context.Request.Query["drip"].FirstOrDefault() is not { } drip)
            return false;

        if (drip == "0")
            await context.Response.StartAsync();
        else
            await context.Response.WriteAsync("begun");

        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    [GeneratedRegex("^(Cookie|X-Bytes|X-Real-IP|X-Mesh-Source|trace(parent|state)|(X-)?Forwarded.*)$", RegexOptions.IgnoreCase)]
    private static partial Regex Shown { get; }

    private static readonly string[] Fronted = ["user-service", "message-service", "log-service"];

    private string WorkloadFile(string cluster) => Path.Combine(Istio, "workloads", $"{cluster}.yaml");
}
