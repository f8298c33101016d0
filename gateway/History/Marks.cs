using System.Text.Json.Nodes;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Gateway.History;

/// <summary>The last <see cref="Capacity"/> marks, each told to the event stream's readers too. Safe for concurrent use.</summary>
public sealed class Marks(TrafficFeed feed, TimeProvider clock)
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 200;

    private readonly Lock _gate = new();
    private readonly Queue<Mark> _marks = new(Capacity);
    private long _lastId;

    /// <summary>Marks that something happens now.</summary>
    /// <param name="kind">What.</param>
    /// <param name="detail">What changed, flat; not to be changed from then on.</param>
    /// <param name="service">The fronted service that it is about; null for none, or several.</param>
    /// <param name="cluster">The cluster that it is about; null for none, or all.</param>
    /// <param name="user">Who did it; null for nobody who is known.</param>
    /// <param name="resource">The resource that was edited; null for none.</param>
    /// <param name="before">The resource's version before; null for none.</param>
    /// <param name="version">The resource's version from now on; null for none.</param>
    public void Add(
        MarkKind kind, JsonObject detail, string? service = null, string? cluster = null, string? user = null,
        ResourceKey? resource = null, string? before = null, string? version = null)
    {
        lock (_gate)
        {
            var mark = new Mark(++_lastId, clock.GetUtcNow(), kind, service, cluster, user, detail, resource, before, version);
            if (_marks.Count == Capacity)
                _marks.Dequeue();

            _marks.Enqueue(mark);
            feed.Publish("mark"u8, mark, HistoryJson.Default.Mark); // within the lock, so that readers get them in order
        }
    }

    /// <summary>The marks since a time, the oldest first.</summary>
    public IReadOnlyList<Mark> Since(DateTimeOffset time)
    {
        lock (_gate)
            return [.. _marks.Where(mark => mark.Time >= time)];
    }
}
