using System.Collections.Immutable;
using k8s;

namespace MessageBoard.MeshKubernetes;

/// <summary>What is known of one cluster's pods. Safe for concurrent use.</summary>
/// <param name="api">The cluster's API server.</param>
/// <param name="changed">Is told of every change.</param>
internal sealed class PodMirror(ClusterApi api, Action changed) : IMirror
{
    /// <summary>What a reflector asks for.</summary>
    public static readonly ResourceKind Kind = new("", "pods", "Pod");

    private ImmutableSortedDictionary<string, ClusterPod>? _pods;

    /// <inheritdoc/>
    public ClusterApi Api => api;

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKind> Kinds { get; } = [Kind];

    /// <inheritdoc/>
    public long Answers => 0; // nobody edits pods here

    /// <summary>The pods by their names, of a stale cluster the last known; null when they were never listed.</summary>
    public ImmutableSortedDictionary<string, ClusterPod>? Pods => Volatile.Read(ref _pods);

    /// <inheritdoc/>
    public string Replace(string plural, JsonElement list, long answersBefore)
    {
        Set(list.GetProperty("items").EnumerateArray().Select(item => ClusterPod.Read(api.Cluster, item)).OfType<ClusterPod>()
            .ToImmutableSortedDictionary(pod => pod.Name, pod => pod, StringComparer.Ordinal));
        return list.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
    }

    /// <inheritdoc/>
    public void Apply(string plural, WatchEventType type, JsonElement item)
    {
        var name = item.GetProperty("metadata").GetProperty("name").GetString()!;
        Set(type != WatchEventType.Deleted && ClusterPod.Read(api.Cluster, item) is { } pod
            ? Pods!.SetItem(name, pod)
            : Pods!.Remove(name));
    }

    /// <inheritdoc/>
    public void SetNone(string plural)
    {
        // There are pods everywhere.
    }

    /// <inheritdoc/>
    public void SetStale(string plural, string reason)
    {
        // The last known stay so; that a cluster is stale is told with its configuration.
    }

    // By one reflector, so there is nobody to wait for.
    private void Set(ImmutableSortedDictionary<string, ClusterPod> pods)
    {
        Volatile.Write(ref _pods, pods);
        changed();
    }
}
