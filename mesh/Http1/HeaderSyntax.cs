using System.Buffers;
using System.Collections.Frozen;
using MessageBoard.Mesh.Authorization;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Retries;

namespace MessageBoard.Mesh.Http1;

/// <summary>What a header is to a proxy.</summary>
internal enum HeaderKind
{
    /// <summary>Something between the two ends: it is passed on.</summary>
    EndToEnd,

    /// <summary>Something of one connection: it ends here.</summary>
    HopByHop,

    /// <summary><c>Connection</c>, which is of one connection, too.</summary>
    Connection,

    /// <summary><c>Transfer-Encoding</c>, which is of one connection, too.</summary>
    TransferEncoding,

    /// <summary><c>Content-Length</c>.</summary>
    ContentLength,

    /// <summary><c>Host</c>, in whose place the service's own name is sent.</summary>
    Host,

    /// <summary>Who calls, which the mesh says itself.</summary>
    Caller,

    /// <summary>By which a caller asks something of the mesh.</summary>
    ToMesh,

    /// <summary>By which an answer may ask for another try: it is passed on.</summary>
    OfRetries,

    /// <summary>That it was the mesh that refused.</summary>
    Denial,
}

/// <summary>The bytes of a header (https://www.rfc-editor.org/rfc/rfc9110#section-5).</summary>
internal static class HeaderSyntax
{
    /// <summary>Those of a name.</summary>
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Those that no value has.</summary>
    public static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(code => code != '\t').Append(0x7f).Select(code => (byte)code)]);

    // Of one connection (RFC 9110, 7.6.1), and what YARP's forwarder keeps to itself beside.
    private static readonly FrozenDictionary<string, HeaderKind> Kinds = new Dictionary<string, HeaderKind>
    {
        ["Connection"] = HeaderKind.Connection,
        ["Transfer-Encoding"] = HeaderKind.TransferEncoding,
        ["Content-Length"] = HeaderKind.ContentLength,
        ["Keep-Alive"] = HeaderKind.HopByHop,
        ["TE"] = HeaderKind.HopByHop,
        ["Upgrade"] = HeaderKind.HopByHop,
        ["Proxy-Connection"] = HeaderKind.HopByHop,
        ["Proxy-Authenticate"] = HeaderKind.HopByHop,
        ["Proxy-Authentication-Info"] = HeaderKind.HopByHop,
        ["Proxy-Authorization"] = HeaderKind.HopByHop,
        ["Proxy-Features"] = HeaderKind.HopByHop,
        ["Proxy-Instruction"] = HeaderKind.HopByHop,
        ["Security-Scheme"] = HeaderKind.HopByHop,
        ["ALPN"] = HeaderKind.HopByHop,
        ["Close"] = HeaderKind.HopByHop,
        ["HTTP2-Settings"] = HeaderKind.HopByHop,
        ["Upgrade-Insecure-Requests"] = HeaderKind.HopByHop,
        ["Alt-Svc"] = HeaderKind.HopByHop,
        ["Host"] = HeaderKind.Host,
        [CallerIdentity.Header] = HeaderKind.Caller,
        [Explain.MeshExplanation.Header] = HeaderKind.ToMesh,
        [RetryPolicy.RateLimited] = HeaderKind.OfRetries,
        [RetryPolicy.GrpcStatus] = HeaderKind.OfRetries,
        [Authorization.Denial.Header] = HeaderKind.Denial,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Splits a line, without its end, into a header's name and value.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static void Split(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        // No space may be before the colon, and a line that begins with one goes on with the one before, which nobody should send
        // (https://www.rfc-editor.org/rfc/rfc9112#section-5.1, section 5.2).
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
            throw new InvalidDataException("A header's name is none.");

        name = line[..colon];
        value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAny(ControlBytes))
            throw new InvalidDataException("A header's value has control characters.");
    }

    /// <summary>What a header is. All of Envoy's, of which a request's may ask something, are <see cref="HeaderKind.ToMesh"/>.</summary>
    public static HeaderKind KindOf(string name) =>
        Kinds.TryGetValue(name, out var kind) ? kind
        : name.StartsWith(EnvoyHeaders.Prefix, StringComparison.OrdinalIgnoreCase) ? HeaderKind.ToMesh
        : HeaderKind.EndToEnd;
}
