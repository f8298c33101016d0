using System.Net.Sockets;
using MessageBoard.Mesh.Forwarding;
using MessageBoard.Mesh.Upstreams.Hosts;

namespace MessageBoard.Mesh.Http1;

/// <summary>
/// A connection to an endpoint, for one request after the other. What it has received stands in one buffer, of which others are shown
/// parts: they hold until the next of its methods is called.
/// </summary>
internal sealed class Http1Connection : IDisposable
{
    private const int Usual = 4 * 1024, MostKept = 16 * 1024, Most = 64 * 1024;

    private readonly Socket _socket;
    private readonly Timer _timer;
    private readonly ConnectionTimes _times;
    private readonly long _connectedAt = Environment.TickCount64;
    private CancellationTokenRegistration _registration;
    private byte[] _buffer = new byte[Usual];
    private int _start, _end;
    private ValueTask<int> _reading;
    private bool _isReading;
    private int _use; // 0 while idle; else how the use that it has may still end
    private long _idleSince, _deadline = long.MaxValue, _timerAt = long.MaxValue;

    private Http1Connection(Socket socket, ConnectionTimes times)
    {
        (_socket, _times) = (socket, times);
        _timer = new(static connection => ((Http1Connection)connection!).RunOut(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Why a use was ended before its time.</summary>
    public enum Ended
    {
        /// <summary>It was not.</summary>
        No = 1,

        /// <summary>Its time was up.</summary>
        TimeIsUp,

        /// <summary>Its caller has gone.</summary>
        CallerGone,
    }

    /// <summary>Where it is while it is idle.</summary>
    public IdleConnections Home { get; set; } = null!;

    /// <summary>What comes.</summary>
    public Http1Response Response => field ??= new(this);

    /// <summary>Whether the use was ended, and why.</summary>
    public Ended HasEnded => (Ended)Volatile.Read(ref _use);

    /// <summary>Whether anything has come since the use began.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>Whether it must not be used again, as a request was not sent whole.</summary>
    public bool IsSpoilt { get; private set; }

    /// <summary>Whether nothing of it has come that is not taken.</summary>
    public bool IsDrained => _start == _end;

    /// <summary>What has come and is not taken.</summary>
    public ReadOnlyMemory<byte> Received => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Connects.</summary>
    /// <param name="host">The endpoint.</param>
    /// <param name="times">How long it may take, be idle and live.</param>
    /// <param name="cancellationToken">Tells that it is not wanted any more.</param>
    public static async ValueTask<Http1Connection> ConnectAsync(
        UpstreamHost host, ConnectionTimes times, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(times.Connect.Clip());
        var (authority, port) = (host.Endpoint.Authority, host.Endpoint.Port);
        var target = new DnsEndPoint(authority[..authority.LastIndexOf(':')].Trim('[', ']'), port);
        return new(await Dial.ConnectAsync(host, target, limit.Token), times);
    }

    /// <summary>
    /// Begins a use. Reading begins with it, before anything is sent: so it shows, at no cost, whether the other side has closed the
    /// connection, or said what nobody has asked.
    /// </summary>
    /// <returns>Whether it can be used.</returns>
    public bool TryBegin()
    {
        _use = (int)Ended.No;
        HasReceived = false;
#pragma warning disable CA2012 // the first ReceiveAsync awaits it, and nobody else
        _reading = _socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None);
        _isReading = true;
        return !_reading.IsCompleted;
#pragma warning restore CA2012
    }

    /// <summary>Ends the use when its caller goes, or its time is up.</summary>
    /// <param name="time">How much there is; <see cref="Timeout.InfiniteTimeSpan"/> for any.</param>
    /// <param name="callerGone">Tells that its caller has gone.</param>
    public void Watch(TimeSpan time, CancellationToken callerGone)
    {
        if (time != Timeout.InfiniteTimeSpan)
            Limit(time);

        _registration = callerGone.UnsafeRegister(
            static connection => ((Http1Connection)connection!).End(Ended.CallerGone), this);
    }

    /// <summary>
    /// Sets the time that is left; <see cref="Timeout.InfiniteTimeSpan"/> for any. The timer is set anew only where it would run out too
    /// late: mostly it runs on through many uses, and finds each time that the one there is now has time left.
    /// </summary>
    public void Limit(TimeSpan time)
    {
        lock (_timer)
        {
            _deadline = time == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)time.Clip().TotalMilliseconds;
            if (_deadline < _timerAt)
                SetTimer();
        }
    }

    /// <summary>Says that it must not be used again.</summary>
    public void Spoil() => IsSpoilt = true;

    /// <summary>Sends a whole request.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> request) => _socket.SendAsync(request, SocketFlags.None);

    /// <summary>Takes so much of what has come.</summary>
    public void Take(int count) => _start += count;

    /// <summary>Waits until more has come, of which <see cref="Add"/> is told.</summary>
    /// <exception cref="SocketException">The connection broke off, or was ended.</exception>
    /// <exception cref="InvalidDataException">More has come, and is not taken, than is allowed.</exception>
    public ValueTask<int> ReceiveAsync()
    {
        if (_isReading)
        {
            _isReading = false;
            return _reading;
        }

        MakeRoom();
        return _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
    }

    /// <summary>Adds what has come.</summary>
    /// <returns>Whether that is anything; else the other side has ended.</returns>
    public bool Add(int count)
    {
        _end += count;
        HasReceived |= count > 0;
        return count > 0;
    }

    /// <summary>Has room for so much at once, if that is not too much.</summary>
    public void Expect(long count)
    {
        if (count > _buffer.Length && _buffer.Length < Most)
            Grow((int)Math.Min(count, Most));
    }

    /// <summary>Ends the use in good order.</summary>
    /// <returns>Whether the connection may be used again.</returns>
    public bool TryRelease()
    {
        if (!EndWatch())
            return false;

        if (_buffer.Length > MostKept)
            _buffer = new byte[Usual];

        (_start, _end) = (0, 0);
        _idleSince = Environment.TickCount64;
        return true;
    }

    /// <summary>Whether it is neither too long idle nor too old.</summary>
    public bool IsFresh
    {
        get
        {
            var now = Environment.TickCount64;
            return IsWithin(now - _idleSince, _times.Idle) && IsWithin(now - _connectedAt, _times.Life);
        }
    }

    /// <summary>Whether the other side has closed an idle connection, or said what nobody has asked.</summary>
    public bool IsClosed()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        EndWatch();
        _timer.Dispose();
        _socket.Dispose();
    }

    // A timer that runs out, or a caller who has just gone, finds the use at its end and does nothing. The lock, as a timer that is held up
    // between looking and ending would else end the next use.
    private bool EndWatch()
    {
        int ended;
        lock (_timer)
            (ended, _deadline) = (Interlocked.Exchange(ref _use, 0), long.MaxValue);

        _registration.Dispose();
        _registration = default;
        return ended == (int)Ended.No;
    }

    private static bool IsWithin(long milliseconds, TimeSpan limit) =>
        limit == Timeout.InfiniteTimeSpan || milliseconds < limit.TotalMilliseconds;

    private void RunOut()
    {
        lock (_timer)
        {
            _timerAt = long.MaxValue;
            if (Environment.TickCount64 >= _deadline)
                End(Ended.TimeIsUp);
            else if (_deadline < long.MaxValue)
                SetTimer();
        }
    }

    private void SetTimer()
    {
        _timerAt = _deadline;
        _timer.Change(Math.Max(0, _deadline - Environment.TickCount64), Timeout.Infinite);
    }

    // What is being sent or received ends with an error.
    private void End(Ended why)
    {
        if (Interlocked.CompareExchange(ref _use, (int)why, (int)Ended.No) == (int)Ended.No)
            _socket.Dispose();
    }

    private void MakeRoom()
    {
        if (_start == _end)
            (_start, _end) = (0, 0);

        if (_end < _buffer.Length)
            return;

        if (_start == 0)
        {
            if (_buffer.Length >= Most)
                throw new InvalidDataException("The head is too long.");

            Grow(Math.Min(_buffer.Length * 2, Most));
            return;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
    }

    private void Grow(int length)
    {
        var larger = new byte[length];
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        (_buffer, _start, _end) = (larger, 0, _end - _start);
    }
}
