using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>Pods as real API servers tell them.</summary>
[Collection(nameof(KubeApi))]
public sealed class PodsTests(KubeApi api) : IAsyncLifetime
{
    private readonly List<KubernetesPods> _started = [];
    private readonly LogLines _log = new();
    private TwoClusters _clusters = null!;

    public async ValueTask InitializeAsync() => _clusters = await TwoClusters.CreateAsync(api);

    public async ValueTask DisposeAsync()
    {
        foreach (var pods in _started)
        {
            await pods.StopAsync(default);
            pods.Dispose();
        }

        await _clusters.DisposeAsync();
    }

    [KubeApiFact]
    public async Task Pods_come_change_and_go()
    {
        await CreateAsync("ctx1", "a", "user-service");
        var pods = await StartAsync();
        await IsAsync(pods, "ctx1 user-service a starting");

        await api.SetReadyAsync("ctx1", _clusters.Namespace, "a", true);
        await IsAsync(pods, "ctx1 user-service a ready");
        await CreateAsync("ctx2", "b", "log-service");
        await IsAsync(pods, "ctx1 user-service a ready", "ctx2 log-service b starting");
        await api.SetReadyAsync("ctx1", _clusters.Namespace, "a", false);
        await IsAsync(pods, "ctx1 user-service a unready", "ctx2 log-service b starting");

        await _clusters.KubectlAsync("ctx2", "patch", "pod", "b", "-p", """{"metadata":{"finalizers":["example.com/wait"]}}""");
        await _clusters.KubectlAsync("ctx2", "delete", "pod", "b", "--wait=false", "--grace-period=0", "--force");
        await IsAsync(pods, "ctx1 user-service a unready", "ctx2 log-service b terminating");
        await _clusters.KubectlAsync("ctx2", "patch", "pod", "b", "-p", """{"metadata":{"finalizers":null}}""");
        await IsAsync(pods, "ctx1 user-service a unready");
    }

    [KubeApiFact]
    public async Task Without_the_right_to_list_them_they_are_not_known_and_the_log_says_so_once()
    {
        var token = await _clusters.TokenOfAsync("ctx2", "get,list,watch");
        await using var way = await ApiServerProxy.StartAsync(await api.ServerAsync("ctx2"));
        var asked = 0;
        way.OnRequest = _ =>
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult<int?>(null);
        };

        var pods = await StartAsync(("ctx2", _clusters.WriteKubeconfig("ctx2", way.Address, token)));

        await Eventually.IsTrueAsync(() => asked >= 5, "it is asked again and again", seconds: 60);
        Assert.Null(pods.Current);
        Assert.Equal("ctx2 does not allow it (pods); what it last said stays", Assert.Single(_log.Lines));
    }

    [KubeApiFact]
    public async Task An_API_server_that_goes_away_leaves_its_pods_as_last_known()
    {
        await CreateAsync("ctx1", "a", "user-service");
        await CreateAsync("ctx2", "b", "user-service");
        var pods = await StartAsync();
        await IsAsync(pods, "ctx1 user-service a starting", "ctx2 user-service b starting");
        try
        {
            await api.StopServerAsync("ctx2");
            await Eventually.IsTrueAsync(() => !_log.Lines.IsEmpty, "it is missed", seconds: 60);
            await api.SetReadyAsync("ctx1", _clusters.Namespace, "a", true);

            await IsAsync(pods, "ctx1 user-service a ready", "ctx2 user-service b starting");
        }
        finally
        {
            await api.StartServerAsync("ctx2");
        }

        await api.SetReadyAsync("ctx2", _clusters.Namespace, "b", true);
        await IsAsync(pods, "ctx1 user-service a ready", "ctx2 user-service b ready");
    }

    [KubeApiFact]
    public async Task A_pod_tells_whether_it_has_Istios_proxy_also_while_another_cluster_is_away()
    {
        await CreateAsync("ctx1", "a", "gateway");
        await api.ApplyAsync("ctx1", KubeApi.PodOf(_clusters.Namespace, "b", "gateway", hasProxy: true));

        var pods = await StartAsync(("ctx2", _clusters.WriteKubeconfig("ctx2", "http://127.0.0.1:1", "none")));
        await Eventually.IsTrueAsync(() => pods.Find("ctx1", "a") is not null, "the pods are known");

        Assert.False(pods.Find("ctx1", "a")!.HasProxy);
        Assert.True(pods.Find("ctx1", "b")!.HasProxy);
        Assert.Null(pods.Find("ctx1", "c"));
        Assert.Null(pods.Find("ctx2", "a"));
        Assert.Null(pods.Find("ctx3", "a"));
        Assert.Null(pods.Current);
    }

    [Theory]
    [InlineData("""{"containers":[{"name":"app"}]}""", "{}", false)]
    [InlineData("""{"containers":[{"name":"app"}],"initContainers":[{"name":"istio-init"},{"name":"istio-validation"}]}""", "{}", false)]
    [InlineData("""{"containers":[{"name":"app"},{"name":"istio-proxy"}]}""", "{}", true)]
    [InlineData("""{"containers":[{"name":"app"}],"initContainers":[{"name":"istio-proxy"}]}""", "{}", true)]
    [InlineData("""{"containers":[{"name":"app"}]}""", """{"ambient.istio.io/redirection":"enabled"}""", null)]
    [InlineData("""{"containers":[{"name":"app"}]}""", """{"ambient.istio.io/redirection":"disabled"}""", false)]
    [InlineData("""{"containers":[{"name":"istio-proxy"}]}""", """{"ambient.istio.io/redirection":"enabled"}""", true)]
    public void A_pod_has_a_proxy_where_a_container_of_it_is_one(string spec, string annotations, bool? hasProxy) =>
        Assert.Equal(hasProxy, ClusterPod.Read("ctx1", JsonSerializer.Deserialize<JsonElement>(
            $$$"""{"metadata":{"name":"a","labels":{"app":"x"},"annotations":{{{annotations}}}},"spec":{{{spec}}}}"""))!.HasProxy);

    [Theory]
    [InlineData("""{"metadata":{"name":"a","labels":{"app":"x"}}}""", "starting")]
    [InlineData("""{"metadata":{"name":"a","labels":{"app":"x"}},"status":{"phase":"Running"}}""", "unready")]
    [InlineData("""{"metadata":{"name":"a","labels":{"app":"x"}},"status":{"phase":"Failed"}}""", null)]
    [InlineData("""{"metadata":{"name":"a","labels":{"app":"x"}},"status":{"phase":"Succeeded"}}""", null)]
    [InlineData("""{"metadata":{"name":"a","labels":{"job":"x"}},"status":{"phase":"Running"}}""", null)]
    [InlineData("""{"metadata":{"name":"a"}}""", null)]
    [InlineData(
        """
        {"metadata":{"name":"a","labels":{"app":"x"}},"status":{"phase":"Running",
        "containerStatuses":[{"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}
        """, "restarting")]
    [InlineData(
        """
        {"metadata":{"name":"a","labels":{"app":"x"},"deletionTimestamp":"2026-11-27T10:00:00Z"},"status":{"phase":"Running",
        "conditions":[{"type":"Ready","status":"True"}]}}
        """, "terminating")]
    public void A_pod_is_as_its_status_says(string pod, string? condition) =>
        Assert.Equal(condition, ClusterPod.Read("ctx1", JsonSerializer.Deserialize<JsonElement>(pod))?.Condition);

    private Task<string> CreateAsync(string context, string name, string app) =>
        api.ApplyAsync(context, KubeApi.PodOf(_clusters.Namespace, name, app));

    private async Task<KubernetesPods> StartAsync(params (string Context, string Kubeconfig)[] kubeconfigs)
    {
        var pods = new KubernetesPods(_clusters.Apis(kubeconfigs), _log);
        _started.Add(pods);
        await pods.StartAsync(default);
        return pods;
    }

    private static Task<TimeSpan> IsAsync(KubernetesPods pods, params string[] expected) => Eventually.IsTrueAsync(
        () => pods.Current?.Select(pod => $"{pod.Cluster} {pod.App} {pod.Name} {pod.Condition}").SequenceEqual(expected) == true,
        string.Join(", ", expected), seconds: 60);

    private sealed class LogLines : ILogger<KubernetesPods>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
            Lines.Enqueue(format(state, exception));
    }
}
