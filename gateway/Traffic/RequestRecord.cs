using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MessageBoard.Gateway.Page;
using MessageBoard.Mesh.Explain;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// What is kept of a request that the gateway routed: numbers, and references to what many requests share, so that it is kept by value
/// and leaves nothing for the collector. What is told of it, a <see cref="RoutedRequest"/>, is made when somebody asks.
/// </summary>
public readonly struct RequestRecord
{
    /// <summary>How many hex digits a W3C trace id has.</summary>
    internal const int TraceIdLength = 32;

    // Others' programs on the same host may have set cookies without end.
    private const int MaxCookieLength = 4096;

    /// <summary>As <see cref="RoutedRequest.Id"/>; 0 before <see cref="RecentRequests"/> has it.</summary>
    public long Id { get; init; }

    /// <summary>The service it was for.</summary>
    public required string Service { get; init; }

    /// <summary>The cluster that answered; null when no service answered.</summary>
    public string? Cluster { get; init; }

    /// <summary>The pod that answered; null when no service answered.</summary>
    public string? Pod { get; init; }

    /// <summary>The HTTP status the caller got.</summary>
    public int Status { get; init; }

    /// <summary>From the request's arrival to the answer's end, in ms.</summary>
    public double DurationMs { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The W3C trace id, as a number.</summary>
    public UInt128 Trace { get; init; }

    /// <summary>The gateway's span of it, 16 hex digits; null if that is not kept.</summary>
    public string? SpanId { get; init; }

    /// <summary>As <see cref="RoutedRequest.Rule"/>.</summary>
    public string? Rule { get; init; }

    /// <summary>As <see cref="RoutedRequest.Heading"/>.</summary>
    public string? Heading { get; init; }

    /// <summary>As <see cref="RoutedRequest.Cause"/>.</summary>
    public string? Cause { get; init; }

    /// <summary>What happened to it in the mesh.</summary>
    public MeshNotes Notes { get; init; }

    /// <summary>Its HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Its path, without the query, which may hold what is nobody's business.</summary>
    public required string Path { get; init; }

    /// <summary>Its cookies, as <see cref="CookieOf"/> reads them.</summary>
    internal string? Cookie { get; init; }

    /// <summary>The page's key that it came with; 0 for none.</summary>
    internal UInt128 BrowserKey { get; init; }

    /// <summary>The W3C trace id, 32 hex digits.</summary>
    public string TraceId
    {
        get
        {
            Span<byte> utf8 = stackalloc byte[TraceIdLength];
            WriteTraceId(utf8);
            return Encoding.ASCII.GetString(utf8);
        }
    }

    /// <summary>Whether the gateway's span of it is kept.</summary>
    public bool IsTraced => SpanId is not null;

    /// <summary>The cluster that the weights drew and that answered; null where a rule came before, or the draw was not answered.</summary>
    internal string? Drawn => Rule is null && Cause is null && (Heading is null || Heading == Cluster) ? Cluster : null;

    /// <summary>Whether another cluster answered than the weights drew.</summary>
    internal bool HasFailedOver => Rule is null && Cause is null && Cluster is not null && Heading is not null && Heading != Cluster;

    /// <summary>
    /// Whether the same session has sent both: they have the same cookies. To look the session up for each request that is forwarded
    /// would be its service's work done twice.
    /// </summary>
    /// <param name="reader">A request that has a session.</param>
    public bool IsOf(HttpRequest reader) => Cookie is { Length: > 0 } && CryptographicOperations.FixedTimeEquals(
        MemoryMarshal.AsBytes(Cookie.AsSpan()), MemoryMarshal.AsBytes(CookieOf(reader).AsSpan()));

    /// <summary>Whether the same browser has sent both, by the key that the page brought; see <see cref="PageKey"/>.</summary>
    /// <param name="reader">Any request.</param>
    public bool IsOfBrowser(HttpRequest reader) => PageKey.AreSame(BrowserKey, PageKey.Of(reader));

    /// <summary>What is told of it.</summary>
    public RoutedRequest ToRoutedRequest() =>
        new(Id, Service, Cluster, Pod, Status, DurationMs, Time, Notes.Flags.Format(), TraceId, IsTraced)
        {
            Rule = Rule,
            Heading = Heading,
            Cause = Cause,
            DelayMs = Notes.Delay.TotalMilliseconds,
            Tries = Notes.Retried,
            Mirrors = Notes.MirrorClusters,
        };

    /// <summary>Writes the trace id in UTF-8.</summary>
    internal void WriteTraceId(Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[TraceIdLength / 2];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Trace);
        Convert.TryToHexStringLower(bytes, utf8, out _);
    }

    /// <summary>A trace id as a number; 0 for a text that is none.</summary>
    internal static UInt128 TraceOf(string id)
    {
        Span<byte> bytes = stackalloc byte[TraceIdLength / 2];
        return Convert.FromHexString(id, bytes, out _, out var written) == OperationStatus.Done && written == bytes.Length
            ? BinaryPrimitives.ReadUInt128BigEndian(bytes)
            : 0;
    }

    /// <summary>The Cookie header of a request; empty where there is none, or more than can be kept.</summary>
    internal static string CookieOf(HttpRequest request) =>
        request.Headers.Cookie is [{ Length: <= MaxCookieLength } cookie] ? cookie : "";
}
