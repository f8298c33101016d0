using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests.Kubernetes;

/// <summary>
/// The gateway as it runs in ctx1, with its service accounts' tokens and the rights that k8s/ gives them: it reads and edits the mesh's
/// configuration in two API servers, and sends requests to a backend that stands for its sidecar.
/// </summary>
internal sealed class KubernetesGateway(KubeApi api, string ns, string folder) : RunningGateway, IAsyncDisposable
{
    private readonly WebApplication _sidecar = WebApplication.CreateSlimBuilder().Quiet().Build();

    private readonly Dictionary<string, (string Server, string Token)> _accounts = [];

    /// <summary>The name of the pod that the gateway takes itself for.</summary>
    public const string Pod = "gateway-0";

    public string Namespace => ns;

    /// <summary>What the sidecar answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The trace context of the last request that came to the sidecar.</summary>
    public string? TraceParent { get; private set; }

    /// <summary>Makes a namespace with the project's istio/ in both clusters, and starts a gateway.</summary>
    /// <param name="api">The API servers.</param>
    /// <param name="mayEditCtx2">Whether its role in ctx2 is the one of k8s/, or may only read.</param>
    public static async Task<KubernetesGateway> StartAsync(KubeApi api, bool mayEditCtx2 = true)
    {
        var rights = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "k8s", "base", "mesh-editor", "mesh-editor.yaml"))).Replace(
            "metadata:\n", "metadata:\n  namespace: messageboard\n");
        var ns = await api.NewMeshAsync(context => context == "ctx1" || mayEditCtx2 ? rights : rights.Replace(", update]", "]"));
        var gateway = new KubernetesGateway(api, ns, Directory.CreateTempSubdirectory("messageboard-kubernetes-").FullName);
        await gateway.StartAsync();
        return gateway;
    }

    /// <summary>Starts another gateway of the same namespace, as while a Deployment is replaced.</summary>
    public async Task<KubernetesGateway> StartAnotherAsync()
    {
        var other = new KubernetesGateway(api, ns, Directory.CreateTempSubdirectory("messageboard-kubernetes-").FullName);
        await other.StartAsync();
        return other;
    }

    public Task<string> KubectlAsync(string context, params string[] args) => api.KubectlAsync(["--context", context, "-n", ns, .. args]);

    public Task<string> WeightsAsync(string context) =>
        KubectlAsync(context, "get", "vs", "user-service", "-o", "jsonpath={.spec.http[0].route[*].weight}");

    /// <summary>Asks an API server for a resource of a group, as the gateway's service account.</summary>
    public async Task<HttpResponseMessage> AskAsync(
        string context, HttpMethod method, string resource, string group = "apis/networking.istio.io/v1")
    {
        using var client = new HttpClient(new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        });
        client.DefaultRequestHeaders.Authorization = new("Bearer", _accounts[context].Token);
        return await client.SendAsync(new(method, $"{_accounts[context].Server}/{group}/namespaces/{ns}/{resource}"));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _sidecar.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAsync()
    {
        _sidecar.Run(context =>
        {
            TraceParent = context.Request.Headers.TraceParent;
            var query = context.Request.Query;
            if (query["status"].FirstOrDefault() is { } status)
            {
                // As Envoy's own answers are.
                context.Response.StatusCode = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
                foreach (var header in query["header"])
                    context.Response.Headers[header!.Split(':')[0]] = header.Split(':')[1];

                var body = query["body"].ToString();
                context.Response.ContentLength = body.Length;
                return context.Response.WriteAsync(body);
            }

            context.Response.StatusCode = Status;
            context.Response.Headers["X-Service-Cluster"] = "ctx2";
            return context.Response.WriteAsync("pong");
        });
        await _sidecar.StartAsync();
        await StartAsync(new Dictionary<string, string>
        {
            ["HOSTNAME"] = Pod,
            ["Mesh:Source"] = "kubernetes",
            ["Mesh:Namespace"] = ns,
            ["Mesh:Kubeconfig"] = await KubeconfigAsync("ctx1"),
            ["Mesh:Remotes:ctx2:Kubeconfig"] = await KubeconfigAsync("ctx2"),
            ["Mesh:VersionsFolder"] = Path.Combine(folder, "versions"),
            ["ReverseProxy:Clusters:user-service:Destinations:user-service:Address"] = AddressOf(_sidecar.Services).ToString(),
        });
    }

    // With the token of the cluster's own service account, as deploy-all.sh writes it.
    private async Task<string> KubeconfigAsync(string context)
    {
        var file = Path.Combine(folder, context);
        var server = await api.ServerAsync(context);
        var token = (await KubectlAsync(context, "create", "token", "gateway")).Trim();
        _accounts[context] = (server, token);
        await File.WriteAllTextAsync(file, KubeApi.KubeconfigOf(context, server, token));
        return file;
    }
}

internal static class QuietBuilder
{
    public static WebApplicationBuilder Quiet(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }
}
