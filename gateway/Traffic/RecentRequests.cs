using System.Collections.Immutable;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// The last <see cref="Capacity"/> requests, with what is needed to explain them, each in the place of the one that came as many before.
/// What is read is a copy of one request, never of two. Safe for concurrent use.
/// </summary>
public sealed class RecentRequests
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 1000;

    // Held for no longer than one place takes to be written or read.
    private readonly Lock _gate = new();
    private readonly RequestRecord[] _ring = new RequestRecord[Capacity];
    private long _last;

    /// <summary>The newest one's number; 0 for none.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Keeps a request, and gives it the next number.</summary>
    public void Add(in RequestRecord request)
    {
        lock (_gate)
        {
            var id = _last + 1;
            _ring[id % Capacity] = request with { Id = id };
            Volatile.Write(ref _last, id);
        }
    }

    /// <summary>A request by its number; null when it is no longer kept, or never was.</summary>
    public RequestRecord? Find(long id)
    {
        if (id <= 0)
            return null;

        lock (_gate)
            return _ring[id % Capacity] is var request && request.Id == id ? request : null;
    }

    /// <summary>Reads the first that is kept of those that came after a number.</summary>
    /// <param name="id">The number.</param>
    /// <param name="request">The request.</param>
    /// <returns>Whether there is one.</returns>
    internal bool TryReadAfter(long id, out RequestRecord request)
    {
        lock (_gate)
        {
            request = _ring[Math.Max(id + 1, _last - Capacity + 1) % Capacity];
            return id < _last;
        }
    }

    /// <summary>The newest requests, the newest first.</summary>
    public ImmutableArray<RoutedRequest> Newest(int limit) => [.. All.Take(limit).Select(request => request.ToRoutedRequest())];

    /// <summary>The newest that the reader's browser has sent, the newest first.</summary>
    public ImmutableArray<RoutedRequest> NewestOf(HttpRequest reader, int limit) =>
        [.. All.Where(request => request.IsOfBrowser(reader)).Take(limit).Select(request => request.ToRoutedRequest())];

    /// <summary>All that are kept, the newest first.</summary>
    public IEnumerable<RequestRecord> All
    {
        get
        {
            var last = Last;
            for (var id = last; id > Math.Max(0, last - Capacity); id--)
            {
                if (Find(id) is { } request)
                    yield return request;
            }
        }
    }

    /// <summary>The requests of a trace that are still kept, the newest first.</summary>
    public IEnumerable<RequestRecord> OfTrace(string traceId)
    {
        var trace = RequestRecord.TraceOf(traceId);
        return All.Where(request => request.Trace == trace);
    }
}
