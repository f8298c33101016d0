using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;

namespace MessageBoard.MeshKubernetes;

/// <summary>The resources of Istio and Gateway API, and the pods, of one namespace in one cluster's API server.</summary>
/// <param name="cluster">The cluster's name.</param>
/// <param name="ns">The namespace.</param>
/// <param name="connect">Makes a client, from what stands in the kubeconfig or the pod's files at that moment.</param>
internal sealed class ClusterApi(string cluster, string ns, Func<IKubernetes> connect) : IDisposable
{
    private const string Version = "v1", FieldManager = "messageboard-gateway";

    // The API server is near, or another cluster's; a person waits for the answer.
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    // A validating webhook may take 10 s of it.
    private static readonly TimeSpan ReplaceLimit = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private Task<IKubernetes>? _client;
    private volatile string _slicesVersion = Version;

    /// <summary>The cluster's name.</summary>
    public string Cluster => cluster;

    /// <summary>The namespace.</summary>
    public string Namespace => ns;

    /// <summary>All resources of a kind, as the list the API server gives.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<JsonElement> ListAsync(ResourceKind kind, TimeSpan limit, CancellationToken cancellationToken) => CallAsync(
        async (client, limited) => kind switch
        {
            _ when kind == PodMirror.Kind => ToJson(await client.CoreV1.ListNamespacedPodAsync(ns, cancellationToken: limited)),
            { Plural: "nodes" } => await client.CustomObjects.ListClusterCustomObjectAsync(
                kind.Group, Version, kind.Plural, cancellationToken: limited),
            _ when kind == WorkloadMirror.EndpointSlices => await ListSlicesAsync(client, limited),
            _ => await client.CustomObjects.ListNamespacedCustomObjectAsync(
                kind.Group, Version, ns, kind.Plural, cancellationToken: limited),
        },
        limit, cancellationToken);

    /// <summary>One resource; null when there is none.</summary>
    public async Task<JsonElement?> GetAsync(string plural, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                (client, limited) => client.CustomObjects.GetNamespacedCustomObjectAsync(
                    GroupOf(plural), Version, ns, plural, name, limited),
                CallLimit, cancellationToken);
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Replaces a resource, if it still has the object's resourceVersion, and gives what it is then.</summary>
    public Task<JsonElement> ReplaceAsync(string plural, string name, JsonObject body, CancellationToken cancellationToken) => CallAsync(
        (client, limited) => client.CustomObjects.ReplaceNamespacedCustomObjectAsync(
            body, GroupOf(plural), Version, ns, plural, name, fieldManager: FieldManager, cancellationToken: limited),
        ReplaceLimit, cancellationToken);

    /// <summary>What changes after a version, until the API server ends it after about <paramref name="time"/>.</summary>
    /// <exception cref="KubernetesException">The API server has sent a status, such as 410 for a version that is too old.</exception>
    public async IAsyncEnumerable<(WatchEventType Type, JsonElement Object)> WatchAsync(
        ResourceKind kind, string version, TimeSpan time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Exception? error = null;
        var client = await ClientAsync(cancellationToken);
        var (seconds, onError) = ((int)time.TotalSeconds, (Action<Exception>)(exception => error ??= exception));
        var changes = kind switch
        {
            _ when kind == PodMirror.Kind => WatchPodsAsync(),
            { Plural: "nodes" } => client.CustomObjects.WatchListClusterCustomObjectAsync(
                kind.Group, Version, kind.Plural, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds,
                onError: onError, cancellationToken: cancellationToken),
            _ => client.CustomObjects.WatchListNamespacedCustomObjectAsync(
                kind.Group, kind == WorkloadMirror.EndpointSlices ? _slicesVersion : Version, ns, kind.Plural, allowWatchBookmarks: true,
                resourceVersion: version, timeoutSeconds: seconds, onError: onError, cancellationToken: cancellationToken),
        };
        await foreach (var (type, item) in changes)
            yield return (type, (JsonElement)item);

        if (error is not null)
            throw error is KubernetesException ? error : new InvalidDataException("a line of the watch cannot be read", error);

        async IAsyncEnumerable<(WatchEventType, object)> WatchPodsAsync()
        {
            await foreach (var (type, pod) in client.CoreV1.WatchListNamespacedPodAsync(
                ns, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds, onError: onError,
                cancellationToken: cancellationToken))
                yield return (type, ToJson(pod));
        }
    }

    /// <summary>Writes an EndpointSlice, a new one or in the place of the one of its name.</summary>
    public Task<JsonElement> WriteSliceAsync(string name, JsonObject slice, bool isNew, CancellationToken cancellationToken) => CallAsync(
        (client, limited) =>
        {
            var (group, plural) = (WorkloadMirror.EndpointSlices.Group, WorkloadMirror.EndpointSlices.Plural);
            slice["apiVersion"] = $"{group}/{_slicesVersion}";
            return isNew
                ? client.CustomObjects.CreateNamespacedCustomObjectAsync(
                    slice, group, _slicesVersion, ns, plural, fieldManager: FieldManager, cancellationToken: limited)
                : client.CustomObjects.ReplaceNamespacedCustomObjectAsync(
                    slice, group, _slicesVersion, ns, plural, name, fieldManager: FieldManager, cancellationToken: limited);
        },
        CallLimit, cancellationToken);

    /// <summary>Deletes an EndpointSlice.</summary>
    public Task<JsonElement> DeleteSliceAsync(string name, CancellationToken cancellationToken) => CallAsync(
        (client, limited) => client.CustomObjects.DeleteNamespacedCustomObjectAsync(
            WorkloadMirror.EndpointSlices.Group, _slicesVersion, ns, WorkloadMirror.EndpointSlices.Plural, name,
            cancellationToken: limited),
        CallLimit, cancellationToken);

    // Kubernetes before 1.21 has them as v1beta1; what counts here is the same.
    private async Task<object> ListSlicesAsync(IKubernetes client, CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync();
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.NotFound)
        {
            _slicesVersion = _slicesVersion == Version ? "v1beta1" : Version;
            return await ListAsync();
        }

        Task<object> ListAsync() => client.CustomObjects.ListNamespacedCustomObjectAsync(
            WorkloadMirror.EndpointSlices.Group, _slicesVersion, ns, WorkloadMirror.EndpointSlices.Plural,
            cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Lets go of the client: the next call reads the kubeconfig anew, in which the token may be another now. The old one is not
    /// disposed of, as another call may be under way on it; one that is being made is new enough.
    /// </summary>
    public void Reconnect()
    {
        lock (_lock)
        {
            if (_client is { IsCompleted: true })
                _client = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_client is { IsCompletedSuccessfully: true, Result: var client })
                client.Dispose();
        }
    }

    private static JsonElement ToJson(object resource) => JsonSerializer.Deserialize<JsonElement>(KubernetesJson.Serialize(resource));

    private static string GroupOf(string plural) => ClusterResource.KindOf(plural).Group;

    // Made when it is first needed: a kubeconfig that is missing or broken is a cluster that cannot be reached, no more.
    private Task<IKubernetes> ClientAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_client is not { IsFaulted: false })
                _client = Task.Run(connect, CancellationToken.None);

            return _client.WaitAsync(cancellationToken);
        }
    }

    // KubernetesClient waits for a kubeconfig's plugin whether it is cancelled or not.
    private async Task<JsonElement> CallAsync(
        Func<IKubernetes, CancellationToken, Task<object>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        try
        {
            var client = await ClientAsync(limited.Token);
            return (JsonElement)await call(client, limited.Token).WaitAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0} s");
        }
    }
}
