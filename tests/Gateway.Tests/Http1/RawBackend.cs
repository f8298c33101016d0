using System.Collections.Concurrent;
using System.Net.Sockets;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>
/// A server on a port of its own that answers byte for byte as it is told: each request by the next of <see cref="Answers"/>, or by
/// <see cref="Usual"/>.
/// </summary>
internal sealed class RawBackend : Recorder, IDisposable
{
    /// <summary>What is in the target of an exchange's second request.</summary>
    public const string Second = "/second";

    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Wire, bool> _open = [];
    private int _accepted;

    public RawBackend(int port = 0)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public ConcurrentQueue<Answer> Answers { get; } = [];

    /// <summary>The answer where there is no other.</summary>
    public Func<HttpText, Answer> Usual { get; set; } = Echo;

    /// <summary>How many connections there are.</summary>
    public int Open => _open.Count;

    /// <summary>How many there have been.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>An answer that says what was asked.</summary>
    public static Answer Echo(HttpText request) => new(
        "usual", $"HTTP/1.1 200 OK\r\nX-Seen: {request.Method} {request.Target}\r\nContent-Length: {request.Target.Length}\r\n\r\n"
            + (request.Method == "HEAD" ? "" : request.Target));

    public override void EndKept(bool isReset = false)
    {
        foreach (var (wire, _) in _open)
        {
            if (!_open.TryRemove(wire, out _))
                continue;

            if (isReset)
                wire.Reset();
            else
                wire.Dispose();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        EndKept();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                socket.NoDelay = true;
                var wire = new Wire(socket, hasLimit: false);
                _open[wire] = true;
                _ = ServeAsync(wire);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Wire wire)
    {
        try
        {
            while (await HttpText.ReadRequestHeadAsync(wire) is { } request)
            {
                Begin();
                var isKept = false;
                try
                {
                    isKept = await AnswerAsync(wire, request);
                }
                finally
                {
                    if (!isKept)
                        wire.Dispose();

                    End();
                }

                if (!isKept)
                    return;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // The other side is gone.
        }
        finally
        {
            _open.TryRemove(wire, out _);
            wire.Dispose();
        }
    }

    private Answer Next(HttpText request)
    {
        var number = request.Target.Contains(Second, StringComparison.Ordinal) ? 1 : 0;
        while (Answers.TryDequeue(out var told))
        {
            if (told.Request >= number)
                return told;
        }

        return Usual(request);
    }

    private async Task<bool> AnswerAsync(Wire wire, HttpText request)
    {
        var answer = Next(request);
        if (request["Expect"] is not null && answer.Continues)
            await wire.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n");

        if (!answer.IsEarly)
            await request.ReadBodyAsync(wire);

        Seen.Enqueue(request);
        if (answer.Delay > 0)
            await Task.Delay(answer.Delay);

        foreach (var segment in answer.Segments)
        {
            await wire.WriteAsync(segment);
            if (answer.Pause > 0)
                await Task.Delay(answer.Pause);
        }

        switch (answer.End)
        {
            case AnswerEnd.Keep when answer.IsEarly:
                await request.ReadBodyAsync(wire);
                return true;
            case AnswerEnd.Keep:
                return true;
            case AnswerEnd.Reset:
                wire.Reset();
                return false;
            case AnswerEnd.Hold:
                await wire.ReadToEndAsync();
                return false;
            default:
                return false;
        }
    }
}
