using System.Collections.Immutable;
using k8s;
using k8s.Models;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.MeshKubernetes;

/// <summary>What is known of one cluster's Services, and of what serves them. Safe for concurrent use.</summary>
/// <param name="api">The cluster's API server.</param>
/// <param name="clock">Tells since when it is stale.</param>
/// <param name="changed">Is told of every change of what is kept here.</param>
internal sealed class WorkloadMirror(ClusterApi api, TimeProvider clock, Action changed) : IMirror
{
    /// <summary>The kind whose objects say which addresses serve a Service.</summary>
    public static readonly ResourceKind EndpointSlices = new("discovery.k8s.io", "endpointslices", "EndpointSlice");

    /// <summary>What reflectors ask for.</summary>
    public static readonly IReadOnlyList<ResourceKind> Kinds =
        [new("", "services", "Service"), EndpointSlices, PodMirror.Kind, new("", "nodes", "Node")];

    private readonly Kept<V1Service, KnownService> _services = new(KnownService.Read);
    private readonly Kept<V1EndpointSlice, KnownSlice> _slices = new(KnownSlice.Read);
    private readonly Kept<V1Pod, KnownPod> _pods = new(KnownPod.Read);
    private readonly Kept<V1Node, KnownNode> _nodes = new(KnownNode.Read);
    private readonly Staleness _stale = new(api.Cluster, Kinds, clock);

    /// <inheritdoc/>
    public ClusterApi Api => api;

    /// <inheritdoc/>
    public long Answers => 0; // nobody edits these here

    /// <summary>How well they are known.</summary>
    public ClusterStatus Status => _stale.Status;

    /// <summary>Ends when everything was listed once.</summary>
    public Task Listed => _stale.Listed;

    /// <summary>The Services by their names.</summary>
    public ImmutableSortedDictionary<string, KnownService> Services => _services.Items;

    /// <summary>The EndpointSlices by their names.</summary>
    public ImmutableSortedDictionary<string, KnownSlice> Slices => _slices.Items;

    /// <summary>The pods by their names.</summary>
    public ImmutableSortedDictionary<string, KnownPod> Pods => _pods.Items;

    /// <summary>The nodes by their names.</summary>
    public ImmutableSortedDictionary<string, KnownNode> Nodes => _nodes.Items;

    /// <inheritdoc/>
    public string Replace(string plural, JsonElement list, long answersBefore)
    {
        var isNew = Of(plural).Replace(list.GetProperty("items").EnumerateArray());
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
    private sealed class Kept<TObject, TKnown>(Func<TObject, TKnown> read) : IKept
        where TObject : IKubernetesObject<V1ObjectMeta>
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

        private KeyValuePair<string, TKnown> Read(JsonElement item)
        {
            var whole = KubernetesJson.Deserialize<TObject>(item);
            return new(whole.Metadata.Name, read(whole));
        }

        private static bool AreSame(TKnown one, TKnown other) =>
            JsonSerializer.SerializeToUtf8Bytes(one).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other));
    }
}
