using System.Collections.Immutable;
using MessageBoard.Mesh.Explain;

namespace MessageBoard.Gateway.Traffic;

/// <summary>The last <see cref="Capacity"/> requests, with what is needed to explain them. Safe for concurrent use.</summary>
public sealed class RecentRequests
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 1000;

    private readonly Entry?[] _ring = new Entry?[Capacity];

    /// <summary>Keeps a request in the place of the one that came <see cref="Capacity"/> before.</summary>
    public void Add(Entry entry) => Volatile.Write(ref _ring[entry.Request.Id % Capacity], entry);

    /// <summary>A request by its number; null when it is no longer kept, or never was.</summary>
    public Entry? Find(long id) => id > 0 && Volatile.Read(ref _ring[id % Capacity]) is { } entry && entry.Request.Id == id ? entry : null;

    /// <summary>The newest requests, the newest first.</summary>
    public ImmutableArray<RoutedRequest> Newest(int limit) =>
        [.. _ring.OfType<Entry>().Select(entry => entry.Request).OrderByDescending(request => request.Id).Take(limit)];

    /// <summary>One request.</summary>
    /// <param name="Request">What became of it.</param>
    /// <param name="Method">Its HTTP method.</param>
    /// <param name="Path">Its path, without the query, which may hold what is nobody's business.</param>
    /// <param name="Exchange">What happened to it in the mesh.</param>
    public sealed record Entry(RoutedRequest Request, string Method, string Path, MeshExchange Exchange);
}
