using System.Text.Json;
using k8s;
using k8s.Autorest;

namespace MessageBoard.KubernetesClient.Tests;

/// <summary>Watches at real API servers.</summary>
[Collection(nameof(KubeApi))]
public sealed class WatchTests(KubeApi api) : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private Kubernetes _client = null!;
    private VirtualServices _services = null!;
    private string _namespace = "";

    public async Task InitializeAsync()
    {
        if (!KubeApi.IsAvailable)
            return;

        _namespace = await api.NewNamespaceAsync("ctx1");
        _client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(api.Kubeconfig, "ctx1"));
        _services = new VirtualServices(_client, _namespace);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _client?.Dispose();
        _limit.Dispose();
    }

    [KubeApiFact]
    public async Task A_watch_tells_what_happens_after_a_list()
    {
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "before"));
        var listed = VirtualServices.Version(await _services.ListAsync());
        await using var events = _services.OpenWatch(listed).WatchAsync<JsonElement, object>(cancellationToken: _limit.Token).GetAsyncEnumerator();

        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        Assert.Equal((WatchEventType.Added, "user"), await Next());
        await _services.PatchAsync("user", VirtualServices.SetFirstWeight(70, 60));
        Assert.Equal((WatchEventType.Modified, "user"), await Next());
        Assert.Equal(60, VirtualServices.FirstWeight(events.Current.Item2));
        await api.KubectlAsync("--context", "ctx1", "-n", _namespace, "delete", "virtualservice", "user");
        Assert.Equal((WatchEventType.Deleted, "user"), await Next());

        async Task<(WatchEventType, string)> Next()
        {
            Assert.True(await events.MoveNextAsync());
            return (events.Current.Item1, VirtualServices.Name(events.Current.Item2));
        }
    }

    [KubeApiFact]
    public async Task The_server_ends_a_watch_with_a_bookmark_from_which_the_next_one_goes_on()
    {
        var watch = ReadAsync(timeoutSeconds: 6, VirtualServices.Version(await _services.ListAsync()));
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        var events = await watch;

        Assert.Equal(WatchEventType.Added, events[0].Item1);
        Assert.Equal(WatchEventType.Bookmark, events[^1].Item1);

        await api.KubectlAsync("--context", "ctx1", "-n", _namespace, "delete", "virtualservice", "user");
        var next = await ReadAsync(timeoutSeconds: 1, VirtualServices.Version(events[^1].Item2));
        Assert.Equal(WatchEventType.Deleted, next[0].Item1);
    }

    [KubeApiFact]
    public async Task A_watch_that_brings_nothing_ends_without_an_exception() =>
        Assert.Empty(await ReadAsync(timeoutSeconds: 1, VirtualServices.Version(await _services.ListAsync())));

    [KubeApiFact]
    public async Task A_version_too_old_is_told_as_410_and_ends_the_watch()
    {
        // the server keeps what it has seen since its first request for this type
        await _services.ListAsync();
        var errors = new List<Exception>();

        await foreach (var _ in _services.OpenWatch("1").WatchAsync<JsonElement, object>(errors.Add, _limit.Token))
            Assert.Fail("an event from before the server's memory");

        var gone = Assert.IsType<KubernetesException>(Assert.Single(errors));
        Assert.Equal((410, "Expired"), (gone.Status!.Code, gone.Status.Reason));
    }

    [KubeApiFact]
    public async Task Either_token_ends_a_watch()
    {
        using var ofCall = new CancellationTokenSource();
        using var ofWatch = new CancellationTokenSource();
        var first = ReadAllAsync(_services.OpenWatch(cancellationToken: ofCall.Token), CancellationToken.None);
        var second = ReadAllAsync(_services.OpenWatch(), ofWatch.Token);
        await using var third = _services.OpenWatch().WatchAsync<JsonElement, object>(cancellationToken: _limit.Token).GetAsyncEnumerator();
        await api.ApplyAsync("ctx1", VirtualServices.Yaml(_namespace, "user"));
        Assert.True(await third.MoveNextAsync());
        Assert.False(first.IsCompleted || second.IsCompleted);

        await ofCall.CancelAsync();
        await ofWatch.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(5)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [KubeApiFact]
    public async Task A_server_that_goes_breaks_its_watches_and_refuses_calls_and_may_come_back()
    {
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(api.Kubeconfig, "ctx2"));
        var services = new VirtualServices(client, "default");
        using var opened = await services.OpenWatch(VirtualServices.Version(await services.ListAsync()), cancellationToken: _limit.Token);
        var watch = ReadAllAsync(Task.FromResult(opened), _limit.Token);

        await api.StopServerAsync("ctx2");
        try
        {
            await Assert.ThrowsAnyAsync<IOException>(() => watch.WaitAsync(TimeSpan.FromSeconds(5)));
            await Assert.ThrowsAsync<HttpRequestException>(() => services.ListAsync().WaitAsync(TimeSpan.FromSeconds(5)));
        }
        finally
        {
            await api.StartServerAsync("ctx2");
        }

        await services.ListAsync();
    }

    private static async Task ReadAllAsync(Task<HttpOperationResponse<object>> response, CancellationToken cancellationToken)
    {
        await foreach (var _ in response.WatchAsync<JsonElement, object>(cancellationToken: cancellationToken))
        {
        }
    }

    private async Task<List<(WatchEventType, JsonElement)>> ReadAsync(int timeoutSeconds, string resourceVersion)
    {
        var events = new List<(WatchEventType, JsonElement)>();
        await foreach (var @event in _services.OpenWatch(resourceVersion, timeoutSeconds).WatchAsync<JsonElement, object>(problem => throw problem, _limit.Token))
            events.Add(@event);

        return events;
    }
}
