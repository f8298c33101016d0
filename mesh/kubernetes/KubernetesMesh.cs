using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Editing;
using MessageBoard.Mesh.Snapshots;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes;

/// <summary>
/// The configuration in the API servers of the clusters, all of which hold the same VirtualServices and DestinationRules. What the
/// process' own cluster says is in force, as a sidecar is told so; where another says something else, that is a problem. An
/// edit goes to all of them or, as far as can be done without transactions, to none. Where this process carries the configuration out
/// itself, the Services and pods of all clusters belong to it.
/// </summary>
public sealed partial class KubernetesMesh : IMeshStore, IHostedService, IDisposable
{
    // A gateway whose API server is away starts nevertheless. What can do nothing before it knows whom to call has more patience.
    private static readonly TimeSpan FirstList = TimeSpan.FromSeconds(3), FirstPods = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<ClusterMirror> _clusters;
    private readonly KubernetesWorkloads? _workloads;
    private readonly VersionStore _versions;
    private readonly bool _isEditor;
    private readonly ILogger<KubernetesMesh> _logger;
    private readonly SemaphoreSlim _edits = new(1);
    private readonly ChangeSignal _changed = new();
    private readonly ChangeSignal _published = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _publishing = new();
    private Task _running = Task.CompletedTask;
    private volatile MeshSnapshot _current;

    /// <param name="clusters">The clusters whose configuration is read, the own one first.</param>
    /// <param name="versions">Where former texts are kept.</param>
    /// <param name="proxy">Who calls.</param>
    /// <param name="clock">Tells since when a cluster is stale.</param>
    /// <param name="logger">Hears what is wrong.</param>
    /// <param name="workloads">The clusters whose Services and pods are called, the own one first; null where Istio does that.</param>
    /// <param name="isEditor">Whether this process edits, and so keeps former texts.</param>
    /// <param name="isCaller">Whether this process calls anybody; one that only answers reads no more than the policies.</param>
    internal KubernetesMesh(
        IReadOnlyList<ClusterApi> clusters, VersionStore versions, MeshProxy proxy, TimeProvider clock, ILogger<KubernetesMesh> logger,
        IReadOnlyList<ClusterApi>? workloads = null, bool isEditor = true, bool isCaller = true)
    {
        if (workloads is not null)
            _workloads = new(workloads, clock, _changed.Set, isCaller);

        _clusters = [.. clusters.Select(cluster => new ClusterMirror(cluster, proxy, clock, _changed.Set, _workloads))];
        _current = _workloads is null ? MeshSnapshot.Empty : Closed(proxy);
        (_versions, _isEditor, _logger) = (versions, isEditor, logger);
    }

    /// <inheritdoc/>
    public event Action<MeshSnapshot>? Changed;

    /// <inheritdoc/>
    public event Action<ResourceEdit>? Edited;

    /// <inheritdoc/>
    public MeshSnapshot Current => _current;

    /// <inheritdoc/>
    public IReadOnlyList<ClusterStatus> Clusters =>
    [
        .. _clusters.Select(cluster => cluster.Status).Concat(_workloads?.Clusters.Select(cluster => cluster.Status) ?? [])
            .GroupBy(status => status.Cluster)
            .Select(kinds => kinds.MinBy(status => status.StaleSince ?? DateTimeOffset.MaxValue)!),
    ];

    /// <summary>Whether the own cluster has told what is in force, and whom there is to call.</summary>
    public bool IsKnown => Home.Listed.IsCompleted && _workloads?.Clusters[0].Listed.IsCompleted is not false;

    /// <summary>The Services and pods; null where Istio calls them.</summary>
    internal KubernetesWorkloads? Workloads => _workloads;

    private ClusterMirror Home => _clusters[0];

    private IEnumerable<IMirror> Mirrors => [.. _clusters, .. _workloads?.Clusters ?? []];

    /// <summary>Begins to watch; waits a moment for the first lists.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var watchTime = _isEditor ? Reflector.Watched : Reflector.Unwatched;
        var reflectors = Mirrors.SelectMany(mirror => mirror.Kinds.Select(kind => new Reflector(mirror, kind, _logger, watchTime)));
        _running = Task.WhenAll([
            .. reflectors.Select(reflector => Task.Run(() => reflector.RunAsync(_stopping.Token), CancellationToken.None)),
            Task.Run(() => PublishChangesAsync(_stopping.Token), CancellationToken.None),
            _isEditor ? Task.Run(() => SeeEditsAsync(_stopping.Token), CancellationToken.None) : Task.CompletedTask]);
        try
        {
            await Home.Listed.WaitAsync(_workloads is null ? FirstList : FirstPods, cancellationToken);
            await Task.WhenAll((_workloads?.Clusters ?? []).Select(cluster => cluster.Listed)).WaitAsync(FirstList, cancellationToken);
        }
        catch (TimeoutException)
        {
            if (!IsKnown)
                LogNotListed(Home.Api.Cluster);
        }

        Publish();
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
        foreach (var mirror in Mirrors)
            mirror.Api.Dispose();
    }

    /// <inheritdoc/>
    public Task<ResourceText?> ReadAsync(ResourceKey key, CancellationToken cancellationToken) =>
        Task.FromResult(Home.Resources.Values.FirstOrDefault(resource => resource.Key == key) is { } found
            ? new ResourceText(
                _current.Find(key) is { } listed && listed.ResourceVersion == found.Version ? listed : found.Status, found.Yaml, 1,
                _versions.List(key))
            : null);

    /// <inheritdoc/>
    public VersionText? ReadVersion(ResourceKey key, string version) => _versions.Find(key, version);

    private async Task PublishChangesAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _changed.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken))
                Publish();
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    // Not while an edit is under way, of which the watch may tell before its answer is there.
    private async Task SeeEditsAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _published.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken))
            {
                await _edits.WaitAsync(cancellationToken);
                try
                {
                    foreach (var resource in Home.Resources.Values)
                        See(resource);
                }
                finally
                {
                    _edits.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    private void See(ClusterResource resource)
    {
        if (_versions.Knows(resource.Key, resource.Version))
            return;

        try
        {
            if (_versions.See(resource.Key, resource.Yaml, resource.Version, resource.Written) is { } edit)
                Edited?.Invoke(edit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception, resource.Key); // the next edit may be luckier
        }
    }

    // Until the policies are known nobody is let in: https://istio.io/latest/docs/concepts/security/#policy-target "allow-nothing"
    private static MeshSnapshot Closed(MeshProxy proxy)
    {
        var key = new ResourceKey("AuthorizationPolicy", proxy.Namespace, "not-known-yet");
        return MeshSnapshot.Create(
            [new AuthorizationPolicy(key, "", new Dictionary<string, string>(), AuthorizationAction.Allow, [])], [], proxy);
    }

    private void Publish()
    {
        if (_workloads is not null && !IsKnown)
            return;

        try
        {
            MeshSnapshot snapshot;
            lock (_publishing)
                _current = snapshot = Home.Compile(Differences());

            Changed?.Invoke(snapshot);
            _published.Set();
        }
        catch (Exception exception)
        {
            LogNotPublished(exception); // what is in force stays so until the next change
        }
    }

    // What another cluster says otherwise; one that was never heard is stale, and no more is known of it.
    private IEnumerable<MeshProblem> Differences()
    {
        foreach (var other in _clusters.Skip(1).Where(cluster => cluster.Listed.IsCompleted))
        {
            var theirs = other.Resources.Values.ToDictionary(resource => resource.Key);
            foreach (var ours in Home.Resources.Values)
            {
                if (!theirs.Remove(ours.Key, out var same))
                    yield return new(ours.Place, null, ours.Key, null, $"is not in {other.Api.Cluster}");
                else if (DifferingField(FieldPath.Spec, ours.Spec, same.Spec) is { } field)
                    yield return new(
                        same.Place, null, ours.Key, field, $"{field} is not the same in {Home.Api.Cluster} and {other.Api.Cluster}");
            }

            foreach (var more in theirs.Values)
                yield return new(more.Place, null, more.Key, null, $"is not in {Home.Api.Cluster}");
        }
    }

    // The first one within a field that two clusters have otherwise.
    private static FieldPath? DifferingField(FieldPath path, JsonElement ours, JsonElement theirs)
    {
        switch (ours.ValueKind, theirs.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                return ours.EnumerateObject().Concat(theirs.EnumerateObject()).Select(field => field.Name).Distinct()
                    .Select(name => ours.TryGetProperty(name, out var our) && theirs.TryGetProperty(name, out var their)
                        ? DifferingField(path[name], our, their)
                        : path[name])
                    .FirstOrDefault(field => field is not null);
            case (JsonValueKind.Array, JsonValueKind.Array):
                var (ourLength, theirLength) = (ours.GetArrayLength(), theirs.GetArrayLength());
                var both = Math.Min(ourLength, theirLength);
                var within = Enumerable.Range(0, both).Select(i => DifferingField(path[i], ours[i], theirs[i]));
                return within.FirstOrDefault(field => field is not null) ?? (ourLength == theirLength ? null : path[both]);
            default:
                return JsonElement.DeepEquals(ours, theirs) ? null : path;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Cluster} has not listed its resources yet; starting without them")]
    private partial void LogNotListed(string cluster);

    [LoggerMessage(LogLevel.Error, "The mesh configuration cannot be compiled")]
    private partial void LogNotPublished(Exception exception);
}
