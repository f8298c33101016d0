using System.Collections.Immutable;
using k8s;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.MeshKubernetes;

/// <summary>What is known of one cluster's Services, and of what serves them. Safe for concurrent use.</summary>
/// <param name="api">The cluster's API server.</param>
/// <param name="clock">Tells since when it is stale.</param>
/// <param name="changed">Is told of every change of what is kept here.</param>
/// <param name="kinds">What is kept: <see cref="All"/>, or <see cref="PodsAlone"/> for whoever calls nobody.</param>
internal sealed class WorkloadMirror(ClusterApi api, TimeProvider clock, Action changed, IReadOnlyList<ResourceKind> kinds) : IMirror
{
    /// <summary>The kind whose objects say which addresses serve a Service.</summary>
    public static readonly ResourceKind EndpointSlices = new("discovery.k8s.io", "endpointslices", "EndpointSlice");

    /// <summary>The pods' labels.</summary>
    public static readonly IReadOnlyList<ResourceKind> PodsAlone = [new(ResourceKind.Core, "pods", "Pod")];

    /// <summary>All that says whom there is to call.</summary>
    public static readonly IReadOnlyList<ResourceKind> All =
        [new(ResourceKind.Core, "services", "Service"), EndpointSlices, .. PodsAlone, new(ResourceKind.Core, "nodes", "Node")];

    private readonly Kept<KnownService> _services = new(KnownService.Read);
    private readonly Kept<KnownSlice> _slices = new(KnownSlice.Read);
    private readonly Kept<IReadOnlyDictionary<string, string>> _pods = new(ObjectJson.LabelsOf), _nodes = new(ObjectJson.LabelsOf);
    private readonly Staleness _stale = new(api.Cluster, kinds, clock);

    /// <inheritdoc/>
    public ClusterApi Api => api;

    /// <inheritdoc/>
    public long Answers => 0; // nobody edits these here

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKind> Kinds => kinds;

    /// <summary>How well they are known.</summary>
    public ClusterStatus Status => _stale.Status;

    /// <summary>Ends when everything was listed once.</summary>
    public Task Listed => _stale.Listed;

    /// <summary>The Services by their names.</summary>
    public ImmutableSortedDictionary<string, KnownService> Services => _services.Items;

    /// <summary>The EndpointSlices by their names.</summary>
    public ImmutableSortedDictionary<string, KnownSlice> Slices => _slices.Items;

    /// <summary>The pods' labels by their names.</summary>
    public ImmutableSortedDictionary<string, IReadOnlyDictionary<string, string>> Pods => _pods.Items;

    /// <summary>The nodes' labels by their names.</summary>
    public ImmutableSortedDictionary<string, IReadOnlyDictionary<string, string>> Nodes => _nodes.Items;

    /// <inheritdoc/>
    public string Replace(string plural, JsonElement list, long answersBefore)
    {
        // A list of nothing but metadata has null for no items.
        var isNew = Of(plural).Replace(ObjectJson.Items(list, "items"));
        if (_stale.SetFresh(plural) | isNew)
            changed();

        return list.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
    }

    /// <inheritdoc/>
    public void Apply(string plural, WatchEventType type, JsonElement item)
    {
        if (Of(plural).Apply(type, item))
            changed();
    }

    /// <inheritdoc/>
    public void SetNone(string plural)
    {
        // Every API server has them.
    }

    /// <inheritdoc/>
    public void SetStale(string plural, string reason)
    {
        if (_stale.Set(plural, reason))
            changed();
    }

    private IKept Of(string plural) => plural switch
    {
        "services" => _services,
        "endpointslices" => _slices,
        "pods" => _pods,
        _ => _nodes,
    };

    private interface IKept
    {
        bool Replace(IEnumerable<JsonElement> items);

        bool Apply(WatchEventType type, JsonElement item);
    }

    // By one reflector, so there is nobody to wait for. What has not changed in a way that counts here, as a node's heartbeat, is no news.
    private sealed class Kept<TKnown>(Func<JsonElement, TKnown> read) : IKept
    {
        private ImmutableSortedDictionary<string, TKnown> _items =
            ImmutableSortedDictionary.Create<string, TKnown>(StringComparer.Ordinal);

        public ImmutableSortedDictionary<string, TKnown> Items => Volatile.Read(ref _items);

        public bool Replace(IEnumerable<JsonElement> items)
        {
            var (before, after) = (_items, items.Select(item => Read(item)).ToImmutableSortedDictionary(StringComparer.Ordinal));
            Volatile.Write(ref _items, after);
            return before.Count != after.Count
                || after.Any(item => !before.TryGetValue(item.Key, out var known) || !AreSame(known, item.Value));
        }

        public bool Apply(WatchEventType type, JsonElement item)
        {
            var (name, value) = Read(item);
            var isKnown = _items.TryGetValue(name, out var known);
            if (type == WatchEventType.Deleted ? !isKnown : isKnown && AreSame(known!, value))
                return false;

            Volatile.Write(ref _items, type == WatchEventType.Deleted ? _items.Remove(name) : _items.SetItem(name, value));
            return true;
        }

        private KeyValuePair<string, TKnown> Read(JsonElement item) => new(ObjectJson.NameOf(item), read(item));

        private static bool AreSame(TKnown one, TKnown other) =>
            JsonSerializer.SerializeToUtf8Bytes(one).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other));
    }
}
