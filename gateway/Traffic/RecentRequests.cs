using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MessageBoard.Gateway.Page;
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
        [.. All.Select(entry => entry.Request).Take(limit)];

    /// <summary>The newest that the reader's browser has sent, the newest first.</summary>
    public ImmutableArray<RoutedRequest> NewestOf(HttpRequest reader, int limit) =>
        [.. All.Where(entry => entry.IsOfBrowser(reader)).Select(entry => entry.Request).Take(limit)];

    /// <summary>All that are kept, the newest first.</summary>
    public IEnumerable<Entry> All => _ring.OfType<Entry>().OrderByDescending(entry => entry.Request.Id);

    /// <summary>The requests of a trace that are still kept.</summary>
    public IEnumerable<Entry> OfTrace(string traceId) => _ring.OfType<Entry>().Where(entry => entry.Request.TraceId == traceId);

    /// <summary>One request.</summary>
    public sealed class Entry
    {
        // Others' programs on the same host may have set cookies without end.
        private const int MaxCookieLength = 4096;

        private readonly string _cookie;
        private readonly UInt128 _pageKey;

        /// <summary>Keeps what there is to tell of a request.</summary>
        /// <param name="request">What became of it.</param>
        /// <param name="asked">The request.</param>
        /// <param name="exchange">What happened to it in the mesh.</param>
        /// <param name="span">The gateway's span of it; null if that is not kept.</param>
        public Entry(RoutedRequest request, HttpRequest asked, MeshExchange exchange, Activity? span)
        {
            (Request, Method, Path, Exchange) = (request, asked.Method, asked.Path.Value ?? "/", exchange);
            (_cookie, _pageKey) = (CookieOf(asked), PageKey.Of(asked));
            SpanId = span?.SpanId.ToHexString();
        }

        /// <summary>What became of it.</summary>
        public RoutedRequest Request { get; }

        /// <summary>Its HTTP method.</summary>
        public string Method { get; }

        /// <summary>Its path, without the query, which may hold what is nobody's business.</summary>
        public string Path { get; }

        /// <summary>What happened to it in the mesh.</summary>
        public MeshExchange Exchange { get; }

        /// <summary>The gateway's span of it, 16 hex digits; null if that is not kept.</summary>
        public string? SpanId { get; }

        /// <summary>
        /// Whether the same session has sent both: they have the same cookies. To look the session up for each request that is forwarded
        /// would be its service's work done twice.
        /// </summary>
        /// <param name="reader">A request that has a session.</param>
        public bool IsOf(HttpRequest reader) => _cookie.Length > 0 && CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(_cookie.AsSpan()), MemoryMarshal.AsBytes(CookieOf(reader).AsSpan()));

        /// <summary>Whether the same browser has sent both, by the key that the page brought; see <see cref="PageKey"/>.</summary>
        /// <param name="reader">Any request.</param>
        public bool IsOfBrowser(HttpRequest reader) => PageKey.AreSame(_pageKey, PageKey.Of(reader));

        private static string CookieOf(HttpRequest request) =>
            request.Headers.Cookie is [{ Length: <= MaxCookieLength } cookie] ? cookie : "";
    }
}
