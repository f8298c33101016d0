using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes;

/// <summary>The pods of the namespace in all clusters, as their API servers tell.</summary>
public sealed class KubernetesPods : IHostedService, IDisposable
{
    private readonly IReadOnlyList<PodMirror> _clusters;
    private readonly ILogger<KubernetesPods> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    internal KubernetesPods(IEnumerable<ClusterApi> clusters, ILogger<KubernetesPods> logger) =>
        (_clusters, _logger) = ([.. clusters.Select(cluster => new PodMirror(cluster, () => Changed?.Invoke()))], logger);

    /// <summary>Tells of every change.</summary>
    public event Action? Changed;

    /// <summary>
    /// All pods, by cluster and name; those of a cluster that does not answer as they were last known. Null where not every cluster has
    /// listed its pods yet, or where one does not allow that.
    /// </summary>
    public IReadOnlyList<ClusterPod>? Current
    {
        get
        {
            var all = new List<ClusterPod>();
            foreach (var cluster in _clusters)
            {
                if (cluster.Pods is not { } pods)
                    return null;

                all.AddRange(pods.Values);
            }

            return all;
        }
    }

    /// <summary>A pod, as it was last known; null for one that is not known.</summary>
    public ClusterPod? Find(string cluster, string name) =>
        _clusters.FirstOrDefault(known => known.Api.Cluster == cluster)?.Pods?.GetValueOrDefault(name);

    /// <summary>Begins to watch.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(_clusters.Select(cluster => Task.Run(
            () => new Reflector(cluster, PodMirror.Kind, _logger, Reflector.Watched).RunAsync(_stopping.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>Stops watching.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel(); // the container disposes of it twice, as itself and as a hosted service
        foreach (var cluster in _clusters)
            cluster.Api.Dispose();
    }
}
