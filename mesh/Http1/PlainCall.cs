using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Explain;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Retries;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace MessageBoard.Mesh.Http1;

/// <summary>One request on its way, its routing decision, and its bytes as the service gets them.</summary>
internal sealed class PlainCall : IDisposable
{
    private const int UsualLength = 2 * 1024;

    private readonly MeshRuntime.Generation _generation;
    private readonly RouteDecision _decision;
    private readonly CalledService _service;
    private readonly string _path, _query;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(UsualLength);
    private int _length, _bodyStart; // 0 while there is no body

    public PlainCall(HttpContext context, MeshExchange exchange, MeshRuntime.Generation generation, CalledService service, string target)
    {
        (Context, Exchange, _generation, _service) = (context, exchange, generation, service);
        var query = target.IndexOf('?');
        _path = RequestPath.RemoveDotSegments(query < 0 ? target : target[..query]);
        _query = query < 0 ? "" : target[query..];
        _decision = generation.Routes.Decide(new IncomingRequest(context, service, _path, _query), Random.Shared);
        Upstream = _decision.Upstream is { } upstream ? generation.StateOf(upstream) : null;
        exchange.Decided(context.Request.Method, service.Uri.Host, _decision, Upstream);
    }

    public HttpContext Context { get; }

    public MeshExchange Exchange { get; }

    /// <summary>The destination's upstream; null when there is none.</summary>
    public UpstreamState? Upstream { get; }

    /// <summary>The route's policy; only a call without a route has none.</summary>
    public RetryPolicy Policy => _decision.Route!.Retries;

    /// <summary>
    /// Whether the route does nothing to requests but passing them on, to endpoints whose addresses are known, over connections in the
    /// clear.
    /// </summary>
    public bool IsPlain => _decision.Route is { IsPlain: true } && Upstream is
    {
        Hash: null, Resolving: null, IsOutdated: false, Upstream: { Tls: null, PassthroughPort: null, IsHttp2: false },
    };

    /// <summary>Whether the answer has no body, whatever its length is said to be.</summary>
    public bool IsHead => HttpMethods.IsHead(Context.Request.Method);

    /// <summary>Whether it may be sent again when nobody knows if it was read (RFC 9110, 9.2.1).</summary>
    public bool IsSafe => Context.Request.Method is var method && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)
        || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));

    /// <summary>All that is sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>How the first try ended, where others have to go on.</summary>
    public UpstreamResult? First { get; set; }

    /// <summary>Whether nobody waits for an answer any more.</summary>
    public bool IsCallerGone { get; private set; }

    /// <summary>When the request had come whole; 0 before.</summary>
    public long Since { get; private set; }

    /// <summary>
    /// Tells that the caller's connection has ended, and so the request with it. Unlike <see cref="HttpContext.RequestAborted"/> it costs
    /// nothing to ask for.
    /// </summary>
    public CancellationToken CallerGone => Context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed;

    /// <summary>Writes the head.</summary>
    /// <param name="source">Who calls, signed; null for a caller without a name.</param>
    /// <returns>False when the caller asks something of the mesh, which this way does not do.</returns>
    public bool TryWriteHead(string? source)
    {
        var (request, hasLength) = (Context.Request, false);
        Add(request.Method);
        Add(" ");
        Add(_path);
        Add(_query);
        Add(" HTTP/1.1\r\nHost: ");
        Add(_service.Authority);
        Add("\r\n");
        foreach (var (name, values) in request.Headers)
        {
            switch (HeaderSyntax.KindOf(name))
            {
                case HeaderKind.ToMesh or HeaderKind.OfRetries or HeaderKind.Denial:
                    return false;
                case HeaderKind.HopByHop or HeaderKind.Connection or HeaderKind.TransferEncoding or HeaderKind.Host or HeaderKind.Caller:
                    continue;
                case HeaderKind.ContentLength:
                    hasLength = true;
                    break;
            }

            AddHeader(name, values.Count == 1 ? values.ToString() : Join(name, values));
        }

        if (!hasLength && !IsSafe)
            AddHeader("Content-Length", "0");

        if (Policy.ExpectedMilliseconds is { Length: > 0 } expected)
            AddHeader(EnvoyHeaders.ExpectedTimeout, expected);

        AddHeader(EnvoyHeaders.AttemptCount, "1");
        if (source is not null && !Upstream!.Upstream.IsExternal)
            AddHeader(CallerIdentity.Header, source);

        Add("\r\n");
        return true;
    }

    /// <summary>Takes the body, of so many bytes, from the caller, whole.</summary>
    /// <returns>False when it has not come whole; what has come is still to be read.</returns>
    public async ValueTask<bool> TryReadBodyAsync(int length)
    {
        var reader = Context.Request.BodyReader;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync();
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                return false;
            }

            if (read.Buffer.Length >= length)
            {
                Room(length);
                _bodyStart = _length;
                read.Buffer.CopyTo(_bytes.AsSpan(_length));
                _length += length;
                reader.AdvanceTo(read.Buffer.End);
                return true;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return false;
        }
    }

    /// <summary>The request has come whole: from now on it counts how long an answer takes.</summary>
    public void Begin() => Since = Stopwatch.GetTimestamp();

    /// <summary>What is left of a time since then; <see cref="Timeout.InfiniteTimeSpan"/> of none.</summary>
    public TimeSpan RestOf(TimeSpan? time)
    {
        if (time is not { } limit || limit <= TimeSpan.Zero)
            return Timeout.InfiniteTimeSpan;

        var rest = limit - Stopwatch.GetElapsedTime(Since);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>Ends with the time that a try has, or when the caller goes.</summary>
    public CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(CallerGone);
        limit.CancelAfter(RestOf(Policy.ShortestTimeout).Clip());
        return limit;
    }

    /// <summary>Notes that the first try got no answer.</summary>
    /// <param name="flag">Why.</param>
    /// <param name="host">Whose fault it is; null for nobody's.</param>
    /// <returns>Nothing: there is no answer.</returns>
    public Http1Connection? Failed(ResponseFlags flag, UpstreamHost? host = null)
    {
        if (host is not null)
            Upstream!.Failed(host);

        Exchange.EndTry(0, flag);
        First = new(null, flag, IsFinal: false);
        return null;
    }

    /// <summary>Notes that nobody waits for an answer any more.</summary>
    /// <returns>Nothing: there is no answer.</returns>
    public Http1Connection? CallerHasGone()
    {
        IsCallerGone = true;
        return null;
    }

    /// <summary>The call for others to go on with.</summary>
    public BegunCall HandOver()
    {
        if (_bodyStart > 0)
            Context.Request.Body = new MemoryStream(_bytes[_bodyStart.._length]);

        return new(_generation, _decision, Upstream, First, Since);
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);

        _bytes = [];
    }

    // In one line, as .NET's client writes them.
    private static string Join(string name, StringValues values) => string.Join(
        name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; "
            : name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase) ? " "
            : ", ",
        (IEnumerable<string?>)values);

    private void AddHeader(string name, string value)
    {
        Add(name);
        Add(": ");
        Add(value);
        Add("\r\n");
    }

    // A byte for each character, which no header that has come in has more of.
    private void Add(string text)
    {
        Room(text.Length);
        _length += Encoding.Latin1.GetBytes(text, _bytes.AsSpan(_length));
    }

    private void Room(int count)
    {
        if (_bytes.Length - _length >= count)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
