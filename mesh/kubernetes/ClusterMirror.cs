using System.Collections.Immutable;
using System.Text.Json;
using k8s;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Loading;

namespace MessageBoard.MeshKubernetes;

/// <summary>What is known of one cluster's resources. Safe for concurrent use.</summary>
/// <param name="api">The cluster's API server.</param>
/// <param name="proxy">As who the configuration is read.</param>
/// <param name="clock">Tells since when it is stale.</param>
/// <param name="changed">Is told of every change.</param>
internal sealed class ClusterMirror(ClusterApi api, MeshProxy proxy, TimeProvider clock, Action changed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Since, string Reason)> _stale =
        ClusterResource.Kinds.ToDictionary(kind => kind.Plural, _ => (clock.GetUtcNow(), "has not answered yet"));

    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _missing = [.. ClusterResource.Kinds.Select(kind => kind.Plural)];
    private ImmutableSortedDictionary<string, ClusterResource> _resources = ImmutableSortedDictionary.Create<string, ClusterResource>(StringComparer.Ordinal);

    /// <summary>The cluster's API server.</summary>
    public ClusterApi Api => api;

    /// <summary>Ends when everything was listed once.</summary>
    public Task Listed => _listed.Task;

    /// <summary>The resources by their places.</summary>
    public ImmutableSortedDictionary<string, ClusterResource> Resources => Volatile.Read(ref _resources);

    /// <summary>How well they are known.</summary>
    public ClusterStatus Status
    {
        get
        {
            lock (_lock)
            {
                if (_stale.Count == 0)
                    return new(api.Cluster, null, null);

                var (since, reason) = _stale.Values.MinBy(stale => stale.Since);
                return new(api.Cluster, since, reason);
            }
        }
    }

    /// <summary>Takes a list for all there is of a kind; gives the version from which to watch.</summary>
    public string Replace(string plural, JsonElement list)
    {
        var version = list.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
        var items = list.GetProperty("items").EnumerateArray().Select(item => new ClusterResource(api.Cluster, plural, item)).ToList();
        lock (_lock)
        {
            // What an edit has brought since the list was made is newer than the list.
            var all = _resources.ToBuilder();
            all.RemoveRange(_resources.Values.Where(known => known.Plural == plural && (known.IsOlderThan(version) || known.Version == version)).Select(known => known.Place));
            foreach (var item in items.Where(item => !all.ContainsKey(item.Place)))
                all.Add(item.Place, item);

            _resources = all.ToImmutable();
            _stale.Remove(plural);
            _missing.Remove(plural);
            if (_missing.Count == 0)
                _listed.TrySetResult();
        }

        changed();
        return version;
    }

    /// <summary>Takes one change.</summary>
    public void Apply(string plural, WatchEventType type, JsonElement item)
    {
        var resource = new ClusterResource(api.Cluster, plural, item);
        lock (_lock)
        {
            if (_resources.TryGetValue(resource.Place, out var known) && resource.IsOlderThan(known.Version))
                return;

            _resources = type == WatchEventType.Deleted ? _resources.Remove(resource.Place) : _resources.SetItem(resource.Place, resource);
        }

        changed();
    }

    /// <summary>The API server cannot be asked; what is known of a kind may be no longer so.</summary>
    public void SetStale(string plural, string reason)
    {
        lock (_lock)
            _stale[plural] = (_stale.TryGetValue(plural, out var stale) ? stale.Since : clock.GetUtcNow(), reason);

        changed();
    }

    /// <summary>Asks for a resource as it is now; null when there is none.</summary>
    public async Task<ClusterResource?> GetAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var plural = ClusterResource.Kinds.Single(kind => kind.Kind == key.Kind).Plural;
        if (await api.GetAsync(plural, key.Name, cancellationToken) is not { } item)
            return null;

        Apply(plural, WatchEventType.Modified, item);
        return new(api.Cluster, plural, item);
    }

    /// <summary>Compiles what is known, with one resource as it would be.</summary>
    public MeshSnapshot Compile(ClusterResource? changedTo = null) => Compile(changedTo is null ? Resources : Resources.SetItem(changedTo.Place, changedTo), []);

    /// <summary>Compiles what is known, with what else is wrong.</summary>
    public MeshSnapshot Compile(IEnumerable<MeshProblem> problems) => Compile(Resources, problems);

    // The services themselves are Kubernetes' own.
    private MeshSnapshot Compile(ImmutableSortedDictionary<string, ClusterResource> all, IEnumerable<MeshProblem> problems)
    {
        var resources = all.Values.SelectMany(resource => resource.Resources).ToList();
        return MeshSnapshot.Create(
            [.. resources, .. NamedElsewhere.Of(resources)],
            [.. all.Values.SelectMany(resource => resource.Problems), .. problems],
            [.. all.Values.Select(resource => resource.Status)],
            proxy);
    }
}
