using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace MessageBoard.MeshKubernetes;

/// <summary>The Istio resources of one namespace in one cluster's API server.</summary>
/// <param name="cluster">The cluster's name.</param>
/// <param name="ns">The namespace.</param>
/// <param name="connect">Makes a client, from what stands in the kubeconfig or the pod's files at that moment.</param>
internal sealed class ClusterApi(string cluster, string ns, Func<IKubernetes> connect) : IDisposable
{
    private const string Group = "networking.istio.io", Version = "v1", FieldManager = "messageboard-gateway";

    // The API server is near, or another cluster's; a person waits for the answer.
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    private IKubernetes? _client;

    /// <summary>The cluster's name.</summary>
    public string Cluster => cluster;

    /// <summary>The namespace.</summary>
    public string Namespace => ns;

    // Made when it is first needed: a kubeconfig that is missing or broken is a cluster that cannot be reached, no more.
    private IKubernetes Client => LazyInitializer.EnsureInitialized(ref _client, connect);

    /// <summary>All resources of a kind, as the list the API server gives.</summary>
    public Task<JsonElement> ListAsync(string plural, CancellationToken cancellationToken) =>
        CallAsync(limited => Client.CustomObjects.ListNamespacedCustomObjectAsync(Group, Version, ns, plural, cancellationToken: limited), cancellationToken);

    /// <summary>One resource; null when there is none.</summary>
    public async Task<JsonElement?> GetAsync(string plural, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(limited => Client.CustomObjects.GetNamespacedCustomObjectAsync(Group, Version, ns, plural, name, limited), cancellationToken);
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Changes a resource by a JSON patch, and gives what it is then.</summary>
    public Task<JsonElement> PatchAsync(string plural, string name, JsonArray patch, CancellationToken cancellationToken)
    {
        var body = new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch);
        return CallAsync(
            limited => Client.CustomObjects.PatchNamespacedCustomObjectAsync(body, Group, Version, ns, plural, name, fieldManager: FieldManager, cancellationToken: limited), cancellationToken);
    }

    /// <summary>What changes after a version, until the API server ends it after about <paramref name="time"/>.</summary>
    /// <exception cref="KubernetesException">The API server has sent a status, such as 410 for a version that is too old.</exception>
    public async IAsyncEnumerable<(WatchEventType Type, JsonElement Object)> WatchAsync(
        string plural, string version, TimeSpan time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Exception? error = null;
        var response = Client.CustomObjects.ListNamespacedCustomObjectWithHttpMessagesAsync(
            Group, Version, ns, plural, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: (int)time.TotalSeconds, watch: true, cancellationToken: cancellationToken);
#pragma warning disable CS0618 // what takes its place in newer versions is not in 17
        await foreach (var change in response.WatchAsync<JsonElement, object>(exception => error ??= exception, cancellationToken))
#pragma warning restore CS0618
            yield return change;

        if (error is not null)
            throw error;
    }

    /// <summary>Lets go of the client: the next call reads the kubeconfig anew, in which the token may be another now.</summary>
    public void Reconnect() => Interlocked.Exchange(ref _client, null)?.Dispose();

    /// <inheritdoc/>
    public void Dispose() => Reconnect();

    private static async Task<JsonElement> CallAsync(Func<CancellationToken, Task<object>> call, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(CallLimit);
        try
        {
            return (JsonElement)await call(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {CallLimit.TotalSeconds:0} s");
        }
    }
}
