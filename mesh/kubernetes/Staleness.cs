using MessageBoard.Mesh.Configuration;

namespace MessageBoard.MeshKubernetes;

/// <summary>How well some kinds of a cluster's resources are known. Safe for concurrent use.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="kinds">The kinds.</param>
/// <param name="clock">Tells since when one is stale.</param>
internal sealed class Staleness(string cluster, IReadOnlyList<ResourceKind> kinds, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _missing = [.. kinds.Select(kind => kind.Plural)];
    private readonly Dictionary<string, (DateTimeOffset Since, string Reason)> _stale =
        kinds.ToDictionary(kind => kind.Plural, _ => (clock.GetUtcNow(), "has not answered yet"));

    /// <summary>Ends when everything was listed once.</summary>
    public Task Listed => _listed.Task;

    /// <summary>The one that is stale for longest, if any.</summary>
    public ClusterStatus Status
    {
        get
        {
            lock (_lock)
            {
                if (_stale.Count == 0)
                    return new(cluster, null, null);

                var (since, reason) = _stale.Values.MinBy(stale => stale.Since);
                return new(cluster, since, reason);
            }
        }
    }

    /// <summary>Whether a kind was listed, and is up to date.</summary>
    public bool IsFresh(string plural)
    {
        lock (_lock)
            return !_missing.Contains(plural) && !_stale.ContainsKey(plural);
    }

    /// <summary>A kind was listed; gives whether that is news.</summary>
    public bool SetFresh(string plural)
    {
        lock (_lock)
        {
            var isNew = _stale.Remove(plural) | _missing.Remove(plural);
            if (_missing.Count == 0)
                _listed.TrySetResult();

            return isNew;
        }
    }

    /// <summary>The API server cannot be asked for a kind; gives whether that, or its reason, is news.</summary>
    public bool Set(string plural, string reason)
    {
        lock (_lock)
        {
            if (_stale.TryGetValue(plural, out var stale) && stale.Reason == reason)
                return false;

            _stale[plural] = (stale.Reason is null ? clock.GetUtcNow() : stale.Since, reason);
            return true;
        }
    }
}
