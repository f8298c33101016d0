using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>
/// One end of a connection, byte for byte: a text has a character for each byte. It never blocks a thread, as the gateway's own
/// connections in this process may go on where the news of them arrive.
/// </summary>
internal sealed class Wire(Socket socket, bool hasLimit) : IDisposable
{
    /// <summary>What ends a head.</summary>
    public const string HeadEnd = "\r\n\r\n";

    // Longer than anything here takes on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private byte[] _buffer = new byte[8192];
    private int _start, _end;
    private bool _wasReset;

    /// <summary>Whether the other side has ended it, or sent what nobody has read.</summary>
    public bool IsSpent => _end > _start || socket.Poll(0, SelectMode.SelectRead);

    /// <summary>What has come and is not read.</summary>
    public int Available => _end - _start + socket.Available;

    public static async Task<Wire> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new(socket, hasLimit: true);
    }

    /// <summary>A message up to its empty line; null when the other side has ended before it.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        for (var seen = 0; ;)
        {
            var end = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return Take(seen + end + HeadEnd.Length);

            seen = Math.Max(0, _end - _start - 3);
            if (!await FillAsync())
                return null;
        }
    }

    /// <summary>So many bytes, or those that came before the end.</summary>
    public async Task<(string Text, bool IsWhole)> ReadAsync(long length)
    {
        while (_end - _start < length)
        {
            if (!await FillAsync())
                return (Take(_end - _start), false);
        }

        return (Take((int)length), true);
    }

    /// <summary>All that comes to the end.</summary>
    public async Task<(string Text, bool IsWhole)> ReadToEndAsync()
    {
        var (text, _) = await ReadAsync(int.MaxValue);
        return (text, !_wasReset);
    }

    /// <summary>The content of a body in chunks (RFC 9112, 7.1), without extensions and trailers.</summary>
    public async Task<(string Text, bool IsWhole)> ReadChunkedAsync()
    {
        var text = new StringBuilder();
        while (await ReadLineAsync() is { } line)
        {
            var end = line.IndexOf(';');
            var size = int.Parse(end < 0 ? line : line[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                while (await ReadLineAsync() is { } trailer)
                {
                    if (trailer.Length == 0)
                        return (text.ToString(), true);
                }

                break;
            }

            var (chunk, isWhole) = await ReadAsync(size);
            text.Append(chunk);
            if (!isWhole || await ReadLineAsync() != "")
                break;
        }

        return (text.ToString(), false);
    }

    public async Task WriteAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent));
    }

    /// <summary>Says that nothing more comes.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends it with a reset instead of an end (RST).</summary>
    public void Reset()
    {
        socket.LingerState = new(enable: true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<string?> ReadLineAsync()
    {
        for (var seen = 0; ;)
        {
            var end = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf("\r\n"u8);
            if (end >= 0)
                return Take(seen + end + 2)[..^2];

            seen = Math.Max(0, _end - _start - 1);
            if (!await FillAsync())
                return null;
        }
    }

    private string Take(int length)
    {
        var text = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length;
        return text;
    }

    private async Task<bool> FillAsync()
    {
        if (_start == _end)
            _start = _end = 0;

        if (_end == _buffer.Length)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            else
            {
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            }
        }

        try
        {
            var receiving = socket.ReceiveAsync(_buffer.AsMemory(_end));
            var read = receiving.IsCompleted || !hasLimit ? await receiving : await receiving.AsTask().WaitAsync(Limit);
            _end += read;
            return read > 0;
        }
        catch (SocketException)
        {
            _wasReset = true;
            return false;
        }
    }
}
