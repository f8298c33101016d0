using System.Collections.Immutable;
using k8s;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.MeshKubernetes;

/// <summary>What is known of one cluster's resources. Safe for concurrent use.</summary>
/// <param name="api">The cluster's API server.</param>
/// <param name="proxy">As who the configuration is read.</param>
/// <param name="clock">Tells since when it is stale.</param>
/// <param name="changed">Is told of every change.</param>
/// <param name="workloads">The Services and pods, where the configuration is carried out here; null where Istio does, with its own.</param>
internal sealed class ClusterMirror(
    ClusterApi api, MeshProxy proxy, TimeProvider clock, Action changed, KubernetesWorkloads? workloads = null) : IMirror
{
    private readonly Lock _lock = new();
    private readonly Staleness _stale = new(api.Cluster, KindsOf(workloads), clock);

    // The version up to which the lists and watches have told everything, by kind.
    private readonly Dictionary<string, string> _told = [];

    // What answers to edits have brought, with their number among all answers.
    private readonly Dictionary<string, long> _answered = [];
    private ImmutableSortedDictionary<string, ClusterResource> _resources =
        ImmutableSortedDictionary.Create<string, ClusterResource>(StringComparer.Ordinal);
    private long _answers;

    /// <summary>The cluster's API server.</summary>
    public ClusterApi Api => api;

    /// <summary>Ends when everything was listed once.</summary>
    public Task Listed => _stale.Listed;

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKind> Kinds => KindsOf(workloads);

    /// <summary>Whether Istio carries the resources out.</summary>
    public bool IsIstios => workloads is null;

    /// <summary>How many answers to edits there were.</summary>
    public long Answers => Volatile.Read(ref _answers);

    /// <summary>The resources by their places.</summary>
    public ImmutableSortedDictionary<string, ClusterResource> Resources => Volatile.Read(ref _resources);

    /// <summary>How well they are known.</summary>
    public ClusterStatus Status => _stale.Status;

    /// <summary>Takes a list for all there is of a kind; gives the version from which to watch.</summary>
    /// <param name="plural">The kind.</param>
    /// <param name="list">The list.</param>
    /// <param name="answersBefore">How many answers there were before the list was asked for: what came since may be newer than the
    /// list.</param>
    public string Replace(string plural, JsonElement list, long answersBefore)
    {
        var version = list.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
        Replace(
            plural, version, answersBefore,
            [.. list.GetProperty("items").EnumerateArray().Select(item => Read(plural, item))]);
        return version;
    }

    /// <summary>The API server does not know a kind, so there is nothing of it.</summary>
    public void SetNone(string plural)
    {
        lock (_lock)
        {
            if (_stale.IsFresh(plural) && _resources.Values.All(known => known.Plural != plural))
                return;
        }

        Replace(plural, "", Answers, []);
    }

    private void Replace(string plural, string version, long answersBefore, ClusterResource[] items)
    {
        lock (_lock)
        {
            // Not by the versions: after a restore of the API server's store they may have gone back.
            var all = _resources.ToBuilder();
            all.RemoveRange(_resources.Values
                .Where(known => known.Plural == plural && _answered.GetValueOrDefault(known.Place) <= answersBefore)
                .Select(known => known.Place));
            foreach (var item in items.Where(item => !all.TryGetValue(item.Place, out var answered) || answered.IsOlderThan(item.Version)))
                all[item.Place] = item.After(_resources.GetValueOrDefault(item.Place));

            _resources = all.ToImmutable();
            _told[plural] = version;
            _stale.SetFresh(plural);
        }

        changed();
    }

    /// <summary>Takes what a watch tells.</summary>
    public void Apply(string plural, WatchEventType type, JsonElement item)
    {
        var resource = Read(plural, item);
        lock (_lock)
        {
            _told[plural] = resource.Version;
            if (_resources.TryGetValue(resource.Place, out var known) && resource.IsOlderThan(known.Version))
                return;

            _resources = type == WatchEventType.Deleted ? _resources.Remove(resource.Place)
                : _resources.SetItem(resource.Place, resource.After(known));
        }

        changed();
    }

    /// <summary>Takes what the API server has answered to an edit.</summary>
    public ClusterResource Take(string plural, JsonElement item)
    {
        var resource = Read(plural, item);
        lock (_lock)
        {
            // The watch may have been faster, and one that is not known any more may have been deleted since.
            var newest = _resources.TryGetValue(resource.Place, out var known) ? known.Version : _told.GetValueOrDefault(plural, "");
            if (!resource.IsOlderThan(newest))
            {
                _resources = _resources.SetItem(resource.Place, resource.After(known));
                _answered[resource.Place] = ++_answers;
            }
        }

        changed();
        return resource;
    }

    /// <summary>The API server cannot be asked; what is known of a kind may be no longer so.</summary>
    public void SetStale(string plural, string reason)
    {
        if (_stale.Set(plural, reason))
            changed();
    }

    /// <summary>Asks for a resource as it is now; null when there is none.</summary>
    public async Task<ClusterResource?> GetAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var plural = ClusterResource.Kinds.Single(kind => kind.Kind == key.Kind).Plural;
        return await api.GetAsync(plural, key.Name, cancellationToken) is { } item ? Take(plural, item) : null;
    }

    /// <summary>Compiles what is known, with one resource as it was read or would be.</summary>
    public MeshSnapshot Compile(ClusterResource resource) => Compile(Resources.SetItem(resource.Place, resource), []);

    /// <summary>Compiles what is known, with what else is wrong.</summary>
    public MeshSnapshot Compile(IEnumerable<MeshProblem> problems) => Compile(Resources, problems);

    private static IReadOnlyList<ResourceKind> KindsOf(KubernetesWorkloads? workloads) =>
        workloads is null ? ClusterResource.Kinds
        : workloads.IsCaller ? ClusterResource.CarriedOut
        : ClusterResource.Policies;

    private ClusterResource Read(string plural, JsonElement item) => new(api.Cluster, plural, item, IsIstios);

    private MeshSnapshot Compile(ImmutableSortedDictionary<string, ClusterResource> all, IEnumerable<MeshProblem> problems)
    {
        // Of rivals the older is in force; of the same age the name decides (configCompareByCreationTime in pilot/pkg/model/config.go).
        var resources = all.Values
            .OrderBy(resource => resource.Created)
            .ThenBy(resource => resource.Key.Name, StringComparer.Ordinal)
            .SelectMany(resource => resource.Resources)
            .ToList();
        return MeshSnapshot.Create(
            [.. resources, .. workloads?.Services() ?? NamedElsewhere.Of(resources)],
            [.. all.Values.SelectMany(resource => resource.Problems), .. problems],
            [.. all.Values.Select(resource => resource.Status)],
            workloads?.Place(proxy) ?? proxy);
    }
}
