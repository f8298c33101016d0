using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.WebUtilities;

namespace MessageBoard.Mesh.Http1;

/// <summary>
/// An answer as it comes (https://www.rfc-editor.org/rfc/rfc9112): its head, then its body part by part. What could be read in two ways
/// is refused; a single LF ends a line too (section 2.2), as with .NET's own client.
/// </summary>
/// <param name="connection">Where it comes.</param>
internal sealed class Http1Response(Http1Connection connection)
{
    // As .NET's own client.
    private const int MaxHead = 64 * 1024, MaxLine = 16 * 1024;

    private Framing _framing;
    private long _rest;
    private bool _isHttp10, _closes;

    private enum Framing
    {
        Done,
        Length,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailers,
        UntilClose,
    }

    /// <summary>Its status.</summary>
    public int Status { get; private set; }

    /// <summary>Its reason phrase; null for the one that its status has by custom.</summary>
    public string? Reason { get; private set; }

    /// <summary>Its headers.</summary>
    public HeadLines Headers { get; } = new();

    /// <summary>Whether all of it has come.</summary>
    public bool IsDone => _framing == Framing.Done;

    /// <summary>Whether a body belongs to it, which may have no bytes.</summary>
    public bool HasBody { get; private set; }

    /// <summary>Whether its body's length is that of its chunks, and what else says one is void.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>Whether it says that it is the called service's mesh that refuses.</summary>
    public bool SaysDenied { get; private set; }

    /// <summary>Whether its headers, and not its status alone, tell whether it is one to be tried again.</summary>
    public bool SaysMore { get; private set; }

    /// <summary>Whether its connection can be used for another request, if all of it has come.</summary>
    public bool CanStay => !_closes && connection.IsDrained && !connection.IsSpoilt;

    /// <summary>Whether a header of it goes on to the caller.</summary>
    /// <param name="line">The header.</param>
    /// <param name="isDenied">Whether the answer is the mesh's, which has said so.</param>
    public bool Passes(HeadLines.Line line, bool isDenied) => line.Kind switch
    {
        HeaderKind.ContentLength => !IsChunked && !(Status is 204 or 205 && line.Value == "0"), // as YARP: nothing more can be meant
        HeaderKind.Denial => !isDenied,
        HeaderKind.HopByHop or HeaderKind.Connection or HeaderKind.TransferEncoding => false,
        _ => true,
    };

    /// <summary>Waits for the head.</summary>
    /// <param name="isHead">Whether HEAD was asked for.</param>
    /// <returns>False when the connection ended before anything came.</returns>
    /// <exception cref="InvalidDataException">It is no answer that can be passed on.</exception>
    /// <exception cref="IOException">The connection ended within it.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadHeadAsync(bool isHead)
    {
        var (begun, scanned) = (false, 0);
        while (true)
        {
            var length = FindEnd(connection.Received.Span, scanned);
            if (length > 0)
            {
                Read(connection.Received.Span[..length], isHead);
                connection.Take(length);
                if (Status >= 200)
                    return true;

                scanned = 0; // an interim one, of which the caller is told nothing
                continue;
            }

            scanned = Math.Max(0, connection.Received.Length - 2);
            if (scanned > MaxHead)
                throw new InvalidDataException("The head is too long.");

            if (!connection.Add(await connection.ReceiveAsync()))
                return begun || !connection.IsDrained ? throw new IOException("The connection ended within the head.") : false;

            begun = true;
        }
    }

    /// <summary>The next part of the body; nothing at its end. It holds until the next one is asked for.</summary>
    /// <exception cref="InvalidDataException">It is no chunk.</exception>
    /// <exception cref="IOException">The connection ended within it.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        while (_framing != Framing.Done)
        {
            if (TryRead(out var part))
            {
                if (part.Length > 0)
                    return part;
            }
            else if (!connection.Add(await connection.ReceiveAsync()))
            {
                if (_framing != Framing.UntilClose)
                    throw new IOException("The connection ended within the body.");

                _framing = Framing.Done;
            }
        }

        return default;
    }

    // Where the empty line ends: 0 while it has not come.
    private static int FindEnd(ReadOnlySpan<byte> head, int from)
    {
        for (var at = from; ;)
        {
            var end = head[at..].IndexOf((byte)'\n');
            if (end < 0)
                return 0;

            at += end + 1;
            if (head[at..].StartsWith("\n"u8))
                return at + 1;

            if (head[at..].StartsWith("\r\n"u8))
                return at + 2;
        }
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = head[..end];
        head = head[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void Read(ReadOnlySpan<byte> head, bool isHead)
    {
        ReadStatus(TakeLine(ref head));
        Headers.Clear();
        for (var line = TakeLine(ref head); line.Length > 0; line = TakeLine(ref head))
            Headers.Add(line);

        if (Status >= 200)
            Frame(isHead);
        else if (Status == 101)
            throw new InvalidDataException("Nobody has asked for another protocol.");
    }

    // HTTP/1.1 200 OK
    private void ReadStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || !Utf8Parser.TryParse(line[9..12], out ushort status, out var digits) || digits != 3 || status < 100
            || (line.Length > 12 && line[12] != ' '))
            throw new InvalidDataException("The status line is none.");

        (Status, _isHttp10) = (status, line[7] == '0');
        var reason = line.Length > 13 ? line[13..] : default;
        if (reason.ContainsAny(HeaderSyntax.ControlBytes))
            throw new InvalidDataException("The reason has control characters.");

        Reason = Ascii.Equals(reason, ReasonPhrases.GetReasonPhrase(status)) ? null : Encoding.Latin1.GetString(reason);
    }

    // https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    private void Frame(bool isHead)
    {
        long? length = null;
        (IsChunked, SaysDenied, SaysMore) = (false, false, false);
        _closes = _isHttp10;
        for (var i = 0; i < Headers.Count; i++)
        {
            switch (Headers[i].Kind)
            {
                case HeaderKind.ContentLength:
                    length = length is null ? LengthOf(Headers[i].Value) : throw new InvalidDataException("There are two lengths.");
                    break;
                case HeaderKind.TransferEncoding when IsChunked || !Headers[i].Value.Equals("chunked", StringComparison.OrdinalIgnoreCase):
                    throw new InvalidDataException("A transfer coding is unknown.");
                case HeaderKind.TransferEncoding:
                    IsChunked = true;
                    break;
                case HeaderKind.Connection:
                    ReadConnection(Headers[i].Value);
                    break;
                case HeaderKind.Denial:
                    SaysDenied = true;
                    break;
                case HeaderKind.OfRetries:
                    SaysMore = true;
                    break;
            }
        }

        HasBody = !isHead && Status is not (204 or 304);
        (_framing, _rest) = !HasBody || (length == 0 && !IsChunked) ? (Framing.Done, 0)
            : IsChunked ? (Framing.ChunkSize, 0)
            : length is { } count ? (Framing.Length, count)
            : (Framing.UntilClose, 0);
        _closes |= _framing == Framing.UntilClose || (IsChunked && length is not null);
        if (_framing == Framing.Length)
            connection.Expect(_rest);
    }

    private void ReadConnection(string value)
    {
        foreach (var range in value.AsSpan().Split(','))
        {
            var option = value.AsSpan(range).Trim();
            if (option.Equals("close", StringComparison.OrdinalIgnoreCase))
                _closes = true;
            else if (_isHttp10 && option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase))
                _closes = false;
        }
    }

    private static long LengthOf(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new InvalidDataException("The length is none.");

    // False when more has to come first.
    private bool TryRead(out ReadOnlyMemory<byte> part)
    {
        part = default;
        var received = connection.Received;
        switch (_framing)
        {
            case Framing.UntilClose:
            case Framing.Length:
            case Framing.Chunk:
                if (received.IsEmpty)
                    return false;

                part = _framing != Framing.UntilClose && received.Length > _rest ? received[..(int)_rest] : received;
                connection.Take(part.Length);
                if (_framing != Framing.UntilClose && (_rest -= part.Length) == 0)
                    _framing = _framing == Framing.Length ? Framing.Done : Framing.ChunkEnd;

                return true;
            case Framing.ChunkSize:
                if (!TryTakeLine(received.Span, out var size))
                    return false;

                _rest = SizeOf(size);
                _framing = _rest > 0 ? Framing.Chunk : Framing.Trailers;
                return true;
            case Framing.ChunkEnd:
                if (!TryTakeLine(received.Span, out var end))
                    return false;

                if (end.Length > 0)
                    throw new InvalidDataException("A chunk is longer than it says.");

                _framing = Framing.ChunkSize;
                return true;
            default: // trailers, which HTTP/1.1's callers have not asked for
                if (!TryTakeLine(received.Span, out var trailer))
                    return false;

                if (trailer.IsEmpty)
                    _framing = Framing.Done;
                else
                    PassOver(trailer);

                return true;
        }
    }

    private void PassOver(ReadOnlySpan<byte> trailer)
    {
        HeaderSyntax.Split(trailer, out _, out _);
        if ((_rest += trailer.Length) > MaxHead)
            throw new InvalidDataException("The trailers are too long.");
    }

    private bool TryTakeLine(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> line)
    {
        var end = received.IndexOf((byte)'\n');
        if (end < 0)
        {
            if (received.Length > MaxLine)
                throw new InvalidDataException("A line of the body is too long.");

            line = default;
            return false;
        }

        line = received[..end];
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        connection.Take(end + 1);
        return true;
    }

    // Extensions say nothing to anybody (https://www.rfc-editor.org/rfc/rfc9112#section-7.1.1).
    private static long SizeOf(ReadOnlySpan<byte> line)
    {
        if (!Utf8Parser.TryParse(line, out long size, out var digits, 'x') || size < 0
            || (line[digits..].TrimStart(" \t"u8) is { Length: > 0 } rest && rest[0] != ';'))
            throw new InvalidDataException("A chunk's size is none.");

        return size;
    }
}
