using System.Diagnostics;
using MessageBoard.Mesh.Routing;
using MessageBoard.Mesh.Upstreams;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Explain;

/// <summary>
/// One request in the mesh, with what it holds while it is under way: the sender puts one into the request's options under
/// <see cref="Key"/>, and the mesh fills it.
/// </summary>
public sealed class MeshExchange
{
    /// <summary>Where the mesh looks for it: <see cref="HttpRequestMessage.Options"/>.</summary>
    public static readonly HttpRequestOptionsKey<MeshExchange> Key = new("MessageBoard.Mesh.Exchange");

    private MeshNotes _notes;
    private UpstreamHost? _heldHost;
    private IDisposable? _heldPlace;
    private Activity? _span;
    private long _decidedAt;

    /// <summary>The trace that the request belongs to; null for none. By default that of the <see cref="Activity"/> there is.</summary>
    public string? TraceId { get => field ?? Activity.Current?.TraceId.ToHexString(); init; }

    /// <summary>
    /// Whether whoever sends the request has a span of it, as a gateway has, and calls <see cref="Describe"/>. Else what the mesh answers
    /// itself is a client span of its own.
    /// </summary>
    public bool IsForwarded { get; init; }

    /// <summary>What has happened so far; after <see cref="Complete"/> a copy of it stays as it is.</summary>
    public ref readonly MeshNotes Notes => ref _notes;

    /// <summary>What went wrong; <see cref="ResponseFlags.None"/> when nothing did.</summary>
    public ResponseFlags Flags { get => _notes.Flags; internal set => _notes.Flags = value; }

    /// <summary>As <see cref="MeshNotes.IsDenied"/>.</summary>
    internal bool IsDenied { set => _notes.IsDenied = value; }

    /// <summary>How long a fault held it up.</summary>
    internal TimeSpan Delay { set => _notes.Delayed(value); }

    /// <summary>The request's HTTP method.</summary>
    internal string Method { get; private set; } = "";

    /// <summary>How many tries were begun.</summary>
    internal int Tries => _notes.Tries;

    /// <summary>The endpoint of the last try; null when there was none.</summary>
    internal UpstreamHost? Host => _notes.Host;

    /// <summary>Says which rule the data plane will take, where that is another process.</summary>
    /// <param name="rule">As <see cref="RouteTable.RuleOf"/> has it.</param>
    public void Foresee(string? rule) => _notes.Foresee(rule);

    /// <summary>
    /// Tells that the response has ended, so that what it held (its place in the connection pool) is free again, and its span ends.
    /// </summary>
    public void Complete()
    {
        Release();
        if (Interlocked.Exchange(ref _span, null) is { } span)
            TryTrace.End(span, Flags | _notes.LastFlag);
        else if (Host is null && Interlocked.Exchange(ref _decidedAt, 0) is > 0 and var decided)
            TryTrace.Unanswered(this, Stopwatch.GetElapsedTime(decided));
    }

    /// <summary>Says in a span what the mesh decided. Of the tries, where there were some, it says nothing: each has its own.</summary>
    public void Describe(Activity span)
    {
        if (Host is null)
            DescribeTry(span);

        span.SetTag(TryTrace.Flags, Flags.Format());
    }

    internal void Decided(string method, string host, in RouteDecision decision, UpstreamState? upstream)
    {
        Method = method;
        _notes.Decided(host, decision, upstream);
        if (!IsForwarded)
            _decidedAt = Stopwatch.GetTimestamp();
    }

    internal void Injected(ResponseFlags flag, string fault)
    {
        Flags |= flag;
        _notes.Injected(fault);
    }

    /// <summary>Something that is worth saying, and nowhere else seen.</summary>
    internal void Note(string note) => _notes.Note(note);

    /// <summary>The response did not come to its end.</summary>
    internal void BrokeOff(ResponseFlags flag)
    {
        Flags |= flag;
        _span?.Fail(flag.ToString());
    }

    internal void Mirrored(CompiledDestination destination) => _notes.Mirrored(destination);

    /// <summary>A new try; what the one before held is free.</summary>
    internal void BeginTry()
    {
        Release();
        if (Interlocked.Exchange(ref _span, null) is { } span)
            TryTrace.End(span, _notes.LastFlag);

        _notes.BeginTry();
    }

    /// <summary>The endpoint of this try, which has the request until <see cref="Complete"/>.</summary>
    internal void Hold(UpstreamHost host, IDisposable? place, bool isHttp2 = false)
    {
        host.Begin();
        (_heldHost, _heldPlace) = (host, place);
        _notes.SentTo(host, isHttp2);
    }

    /// <summary>The span of this try, which ends with its response.</summary>
    internal void Trace(Activity? span) => _span = span;

    /// <summary>Where this try goes, in a span's words.</summary>
    internal void DescribeTry(Activity span) => _notes.DescribeTry(span);

    internal void EndTry(int status, ResponseFlags flag, string? reason = null)
    {
        _notes.EndTry(status, flag, reason);
        if (_span is { } span)
            TryTrace.Answer(span, status, flag);
    }

    private void Release()
    {
        Interlocked.Exchange(ref _heldHost, null)?.End();
        Interlocked.Exchange(ref _heldPlace, null)?.Dispose();
    }
}
