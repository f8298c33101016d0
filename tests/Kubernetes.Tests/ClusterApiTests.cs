using System.Net;
using System.Security.Authentication;
using k8s.Authentication;
using k8s.Autorest;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>What is relied on in KubernetesClient, at real API servers.</summary>
[Collection(nameof(KubeApi))]
public sealed class ClusterApiTests(KubeApi api) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly ResourceKind Kind = ClusterResource.KindOf("virtualservices");

    private readonly TemporaryFolder _folder = new();
    private TwoClusters _clusters = null!;
    private string _server = "";

    public async ValueTask InitializeAsync()
    {
        _clusters = await TwoClusters.CreateAsync(api);
        _server = KubeApi.IsAvailable ? await api.ServerAsync("ctx1") : "";
        _folder.Write("token", "nobody's");
    }

    public async ValueTask DisposeAsync()
    {
        await _clusters.DisposeAsync();
        _folder.Dispose();
    }

    [KubeApiFact]
    public async Task A_plugin_is_asked_for_a_token_when_the_last_one_has_expired()
    {
        using var cluster = WithPlugin("""
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
            printf '"status":{"token":"%s","expirationTimestamp":"%s"}}' "$(cat token)" "$(cat expires)"
            """);
        _folder.Write("expires", "2020-01-01T00:00:00Z");
        await IsUnauthorizedAsync(cluster);

        _folder.Write("token", await _clusters.AdminTokenAsync());
        _folder.Write("expires", "2099-01-01T00:00:00Z");
        await cluster.ListAsync(Kind, Limit, default);

        _folder.Write("token", "nobody's");
        await cluster.ListAsync(Kind, Limit, default);
        cluster.Reconnect();
        await IsUnauthorizedAsync(cluster);
    }

    [KubeApiFact]
    public async Task A_plugin_that_gives_no_token_is_a_cluster_that_cannot_be_asked()
    {
        await SaysAsync("exit 3", "cannot be asked, the gateway's log says why");
        await SaysAsync("echo secret", "cannot be asked, the gateway's log says why");
        await SaysAsync("exec sleep 20", "does not answer in time");

        async Task SaysAsync(string script, string reason)
        {
            using var cluster = WithPlugin(script);
            var problem = await Assert.ThrowsAnyAsync<Exception>(() => cluster.ListAsync(Kind, Limit, default));
            Assert.Equal(reason, ClusterProblem.Describe(problem));
            Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        }
    }

    [KubeApiFact]
    public async Task A_pods_token_is_read_anew_after_a_refusal()
    {
        using var cluster = new ClusterApi("ctx1", _clusters.Namespace, () => new Kubernetes(new KubernetesClientConfiguration
        {
            Host = _server,
            SkipTlsVerify = true,
            TokenProvider = new TokenFileAuth(_folder["token"]),
        }));
        await IsUnauthorizedAsync(cluster);

        _folder.Write("token", await _clusters.AdminTokenAsync());
        cluster.Reconnect();
        await cluster.ListAsync(Kind, Limit, default);
    }

    [KubeApiFact]
    public async Task Only_the_clusters_own_authority_is_trusted()
    {
        using (var cluster = await TrustingAsync("ctx1"))
            await cluster.ListAsync(Kind, Limit, default);

        using var stranger = await TrustingAsync("ctx2");
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.ListAsync(Kind, Limit, default));
        Assert.IsType<AuthenticationException>(problem.InnerException);

        async Task<ClusterApi> TrustingAsync(string context)
        {
            var authority = Path.Combine(Path.GetDirectoryName(api.Kubeconfig)!, $"certs-{context}", "apiserver.crt");
            return With($"token: {await _clusters.AdminTokenAsync()}", _server, $"certificate-authority: {authority}");
        }
    }

    [KubeApiFact]
    public async Task A_version_that_is_too_old_has_expired()
    {
        await using var proxy = await ApiServerProxy.StartAsync(_server);
        using var cluster = await AdminAsync(proxy.Address);

        Assert.True(ClusterProblem.IsExpired(await Assert.ThrowsAsync<KubernetesException>(() => WatchAsync(cluster, "1"))));

        proxy.OnRequest = _ => Task.FromResult<int?>(StatusCodes.Status410Gone);
        Assert.True(ClusterProblem.IsExpired(await Assert.ThrowsAsync<HttpOperationException>(() => WatchAsync(cluster, "1"))));
    }

    [KubeApiFact]
    public async Task A_connection_that_breaks_is_a_cluster_that_does_not_answer()
    {
        await using var proxy = await ApiServerProxy.StartAsync(_server);
        using var cluster = await AdminAsync(proxy.Address);
        var version = VersionOf(await cluster.ListAsync(Kind, Limit, default));
        HttpContext? watched = null;
        proxy.OnRequest = request =>
        {
            watched = request.HttpContext;
            return Task.FromResult<int?>(null);
        };
        var watch = WatchAsync(cluster, version, _ => watched!.Abort());
        await _clusters.SetWeightAsync("ctx1", 60);
        await DoesNotAnswerAsync(watch);

        foreach (var bytes in (int[])[0, 100])
        {
            proxy.BreaksAfter = _ => bytes;
            await DoesNotAnswerAsync(cluster.ListAsync(Kind, Limit, default));
        }

        await proxy.DisposeAsync();
        await DoesNotAnswerAsync(cluster.ListAsync(Kind, Limit, default));

        static async Task DoesNotAnswerAsync(Task call) =>
            Assert.Equal("does not answer", ClusterProblem.Describe(await Assert.ThrowsAnyAsync<Exception>(() => call)));
    }

    [KubeApiFact]
    public async Task A_watch_with_nothing_to_tell_is_an_early_end()
    {
        using var cluster = await AdminAsync(_server);
        var version = VersionOf(await cluster.ListAsync(Kind, Limit, default));

        var end = await Assert.ThrowsAsync<HttpRequestException>(() => WatchAsync(cluster, version));
        Assert.IsType<EndOfStreamException>(end.InnerException);
    }

    private static string VersionOf(JsonElement list) => list.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;

    private static async Task IsUnauthorizedAsync(ClusterApi cluster)
    {
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.ListAsync(Kind, Limit, default));
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.Response.StatusCode);
    }

    private static async Task WatchAsync(ClusterApi cluster, string version, Action<WatchEventType>? onEvent = null)
    {
        await foreach (var (type, _) in cluster.WatchAsync(Kind, version, TimeSpan.FromSeconds(onEvent is null ? 1 : 60), default))
            onEvent?.Invoke(type);
    }

    private async Task<ClusterApi> AdminAsync(string server) => With($"token: {await _clusters.AdminTokenAsync()}", server);

    /// <summary>A cluster for whose token a script is asked, which runs in the test's folder.</summary>
    private ClusterApi WithPlugin(string script)
    {
        _folder.Write("plugin", $"cd '{_folder.Path}'\n{script}\n");
        return With($"exec: {{ apiVersion: client.authentication.k8s.io/v1, command: sh, args: [{_folder["plugin"]}] }}", _server);
    }

    private ClusterApi With(string user, string server, string cluster = "insecure-skip-tls-verify: true")
    {
        _folder.Write(
            "config",
            $$"""
            current-context: it
            contexts: [{ name: it, context: { cluster: it, user: me } }]
            clusters: [{ name: it, cluster: { server: "{{server}}", {{cluster}} } }]
            users: [{ name: me, user: { {{user}} } }]
            """);
        return new(
            "ctx1", _clusters.Namespace, () => new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_folder["config"])));
    }
}
