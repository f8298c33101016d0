using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Hands events to every reader of the event stream, written once for all of them: what happens, such as a routed request, and states,
/// which a reader is told at its begin and anew when they have changed. Costs nothing while nobody reads, and never waits for a reader:
/// one that falls behind loses the oldest events, is told how many requests were among them, and all states anew. Safe for concurrent use.
/// </summary>
public sealed partial class TrafficFeed : IDisposable
{
    /// <summary>How often readers hear that the gateway lives, whatever else they are told.</summary>
    public static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromSeconds(5);

    // What a reader may be behind: 20 s at 200 requests a second.
    private const int MaxBehindBytes = 1024 * 1024;
    private const int MaxBehindChunks = 1024;

    // With one more event mostly what one of the pool's buffers takes.
    private const int MaxChunkBytes = 31 * 1024;

    // Who recorded as many since the last tick writes them at once: before others take their places among the recent ones.
    private const int MaxUntold = RecentRequests.Capacity / 2;

    private readonly Lock _gate = new();
    private readonly RecentRequests _recent;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ITimer _tick, _heartbeat;
    private readonly EventText _text = new();
    private readonly Chunk[] _chunks = new Chunk[MaxBehindChunks]; // the newest, each in the place of its number
    private ImmutableArray<State> _states = [];
    private TaskCompletionSource _news = NewSource(), _firstReader = NewSource();
    private long _first, _next; // numbers of the oldest chunk that is kept, and of the one to come
    private long _requests; // in all chunks, since the start
    private int _bytes; // in all that are kept
    private int _readers;
    private long _told, _pending; // the number of the last request that is written; how many of these are in no chunk yet
    private bool _isTickDue;
    private long _lastTick;

    /// <summary>A feed without states and readers.</summary>
    /// <param name="recent">The requests, of which readers are told.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Is told when a state cannot be read.</param>
    public TrafficFeed(RecentRequests recent, TimeProvider clock, ILogger<TrafficFeed> logger)
    {
        (_recent, _clock, _logger) = (recent, clock, logger);
        _tick = NewTimer(static feed => ((TrafficFeed)feed!).Tick());
        _heartbeat = NewTimer(static feed => ((TrafficFeed)feed!).Beat());

        ITimer NewTimer(TimerCallback callback) =>
            clock.CreateTimer(callback, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many read.</summary>
    public int Readers => Volatile.Read(ref _readers);

    /// <summary>Ends as soon as somebody reads: for what is to be found out only then.</summary>
    public Task WhenReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _firstReader.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Has all readers told of the requests that were added to the recent ones: at the next tick, so that who added one does not wait
    /// for it to be written.
    /// </summary>
    public void TellRequests()
    {
        Interlocked.MemoryBarrier(); // between the request, and the questions whether somebody reads and whether a tick will find it
        if (Readers == 0 || (Volatile.Read(ref _isTickDue) && _recent.Last - Volatile.Read(ref _told) < MaxUntold))
            return;

        lock (_gate)
        {
            if (_recent.Last - _told >= MaxUntold)
                WriteRequests();

            TickSoon();
        }
    }

    /// <summary>Hands an event to all readers, behind the requests that came before.</summary>
    /// <param name="name">The event's name, in UTF-8.</param>
    /// <param name="data">Its data.</param>
    /// <param name="type">How they are written.</param>
    public void Publish<T>(ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
    {
        if (Readers == 0)
            return;

        lock (_gate)
        {
            WriteRequests();
            Write(name, data, type);
            TickSoon();
        }
    }

    /// <summary>Registers a state, for good.</summary>
    /// <param name="name">The name of its event.</param>
    /// <param name="read">Reads it as it is now; null when there is nothing to tell. Called on any thread, and only while somebody
    /// reads.</param>
    /// <param name="type">How it is written.</param>
    public State AddState<T>(string name, Func<T?> read, JsonTypeInfo<T> type)
        where T : class
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var state = new State(this, name, () => read() is { } data ? EventText.One(utf8, data, type) : []);
        lock (_gate)
            _states = _states.Add(state);

        return state;
    }

    /// <summary>Starts reading. Dispose it to stop.</summary>
    public Subscription Subscribe()
    {
        lock (_gate)
        {
            WriteRequests();
            Cut(); // what was before is none of its business
            if (Interlocked.Increment(ref _readers) == 1)
            {
                _told = _recent.Last;
                _heartbeat.Change(BetweenHeartbeats, BetweenHeartbeats);
                _firstReader.SetResult();
            }

            return new(this, _next, _requests);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tick.Dispose();
        _heartbeat.Dispose();
        _text.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Nobody sees more than 60 pictures a second, and each is a write to each reader: with a thousand of them, ten a second.
    private TimeSpan BetweenTicks => TimeSpan.FromMilliseconds(Math.Max(16, _readers / 10));

    private void WriteRequests()
    {
        while (_readers > 0 && _recent.TryReadAfter(_told, out var request))
        {
            var missed = request.Id - _told - 1;
            if (missed > 0)
                Write("lost"u8, new(missed), TrafficJson.Default.LostEvents);

            _pending += missed + 1;
            Volatile.Write(ref _told, request.Id);
            _text.Append(request);
            CutIfFull();
        }
    }

    private void Write<T>(ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
    {
        _text.Append(name, data, type);
        CutIfFull();
    }

    private void CutIfFull()
    {
        if (_text.Length >= MaxChunkBytes)
            Cut();
    }

    private void TickSoon()
    {
        if (_isTickDue)
            return;

        _isTickDue = true;
        var wait = BetweenTicks - _clock.GetElapsedTime(_lastTick);
        _tick.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Beat() => Publish("heartbeat"u8, new(_clock.GetUtcNow()), TrafficJson.Default.Heartbeat);

    private void Tick()
    {
        // Outside of the lock: states' homes have locks of their own.
        var states = _states;
        byte[][]? changed = null;
        for (var i = 0; i < states.Length; i++)
        {
            if (states[i].TryTakeChange())
                (changed ??= new byte[states.Length][])[i] = Read(states[i]);
        }

        TaskCompletionSource news;
        lock (_gate)
        {
            WriteRequests();
            foreach (var state in changed ?? [])
                _text.Append(state);

            Cut();
            _lastTick = _clock.GetTimestamp();
            Volatile.Write(ref _isTickDue, false); // not before, or requests would wait for what is written here
            Interlocked.MemoryBarrier();
            if (_readers > 0 && _recent.Last > _told)
                TickSoon(); // added meanwhile

            foreach (var state in states)
            {
                if (state.HasChanged)
                    TickSoon(); // while the others were read
            }

            (news, _news) = (_news, NewSource());
        }

        news.SetResult();
    }

    // A timer that throws would end the process.
    private byte[] Read(State state)
    {
        try
        {
            return state.Read();
        }
        catch (Exception exception)
        {
            LogUnreadable(exception, state.Name);
            return [];
        }
    }

    // Makes a chunk of what has been written.
    private void Cut()
    {
        if (_text.Length == 0)
            return;

        if (_readers > 0)
        {
            _bytes += _text.Length;
            while (_next > _first && (_bytes > MaxBehindBytes || _next - _first == MaxBehindChunks))
                Drop(); // its buffer is not used again: somebody may be sending it

            _chunks[_next++ % MaxBehindChunks] = new(_text.Copy(), _text.Length, _requests) { Unread = _readers };
        }

        _text.Clear();
        _requests += _pending;
        _pending = 0;
    }

    private void Drop()
    {
        ref var oldest = ref _chunks[_first++ % MaxBehindChunks];
        _bytes -= oldest.Length;
        oldest = default;
    }

    // One reader less that needs chunks, from one on and before another. Who was behind one was behind all newer ones too, so the oldest
    // are the first that nobody needs.
    private void Release(long from, long to)
    {
        for (var number = Math.Max(from, _first); number < to; number++)
            _chunks[number % MaxBehindChunks].Unread--;

        while (_first < _next && _chunks[_first % MaxBehindChunks] is { Unread: 0 } read)
        {
            ArrayPool<byte>.Shared.Return(read.Buffer);
            Drop();
        }
    }

    [LoggerMessage(LogLevel.Error, "The event stream's readers cannot be told of {State}")]
    private partial void LogUnreadable(Exception exception, string state);

    /// <param name="Buffer">The events, in one of the pool's buffers, which it is given back when nobody needs them any more.</param>
    /// <param name="Length">How much of it they take, in bytes.</param>
    /// <param name="RequestsBefore">How many requests were in the chunks before.</param>
    private record struct Chunk(byte[] Buffer, int Length, long RequestsBefore)
    {
        /// <summary>How many readers have not read it, or not come back since.</summary>
        public int Unread { get; set; }
    }

    /// <summary>Something that a reader is told at its begin, and anew when it has changed.</summary>
    public sealed class State
    {
        private readonly TrafficFeed _feed;
        private bool _hasChanged;

        internal State(TrafficFeed feed, string name, Func<byte[]> read) => (_feed, Name, Read) = (feed, name, read);

        internal string Name { get; }

        internal Func<byte[]> Read { get; }

        internal bool HasChanged => Volatile.Read(ref _hasChanged);

        /// <summary>Tells all readers what it is now, soon and once for all changes until then.</summary>
        public void Change()
        {
            if (_feed.Readers == 0)
                return;

            lock (_feed._gate)
            {
                _hasChanged = true;
                _feed.TickSoon();
            }
        }

        internal bool TryTakeChange() => HasChanged && Interlocked.Exchange(ref _hasChanged, false);
    }

    /// <summary>One reader's place in the stream. For one thread at a time.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly TrafficFeed _feed;
        private long _chunk; // the next
        private long _needed; // the first that it needs: the one that it was given last, or the next
        private long _requests; // how many it has been given or told to be lost
        private bool _isDisposed;

        internal Subscription(TrafficFeed feed, long chunk, long requests)
        {
            (_feed, _chunk, _needed, _requests) = (feed, chunk, chunk, requests);
            News = feed._news.Task;
        }

        /// <summary>Ends when there may be more to read than there was when <see cref="TryRead"/> last was false.</summary>
        public Task News { get; private set; }

        /// <summary>All states as they are now, which a reader begins with.</summary>
        public byte[] ReadStates()
        {
            var all = new ArrayBufferWriter<byte>();
            foreach (var state in _feed._states)
                all.Write(_feed.Read(state));

            return all.WrittenSpan.ToArray();
        }

        /// <summary>
        /// Takes what comes next of the stream, if there is something: whole events, which all readers share and which stay the same
        /// until the next call.
        /// </summary>
        public bool TryRead(out ReadOnlyMemory<byte> events)
        {
            byte[] lost;
            lock (_feed._gate)
            {
                _feed.Release(_needed, _chunk);
                _needed = _chunk;
                News = _feed._news.Task;
                events = default;
                if (_chunk == _feed._next)
                    return false;

                if (_chunk >= _feed._first)
                {
                    var chunk = _feed._chunks[_chunk++ % MaxBehindChunks];
                    events = chunk.Buffer.AsMemory(0, chunk.Length);
                    _requests = RequestsBefore(_chunk);
                    return true;
                }

                _needed = _chunk = _feed._first;
                var count = RequestsBefore(_chunk) - _requests;
                _requests += count;
                lost = count == 0 ? [] : EventText.One("lost"u8, new(count), TrafficJson.Default.LostEvents);
            }

            events = (byte[])[.. lost, .. ReadStates()];
            return true;
        }

        private long RequestsBefore(long chunk) =>
            chunk == _feed._next ? _feed._requests : _feed._chunks[chunk % MaxBehindChunks].RequestsBefore;

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (_feed._gate)
            {
                if (_isDisposed)
                    return;

                _isDisposed = true;
                _feed.Release(_needed, _feed._next);
                if (--_feed._readers == 0)
                {
                    _feed._heartbeat.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _feed._firstReader = NewSource();
                }
            }
        }
    }

    // Events as text (https://html.spec.whatwg.org/multipage/server-sent-events.html), one after the other.
    private sealed class EventText : IDisposable
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private readonly Utf8JsonWriter _json = new(Stream.Null, new() { SkipValidation = true });

        public int Length => _bytes.WrittenCount;

        public static byte[] One<T>(ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
        {
            using var text = new EventText();
            text.Append(name, data, type);
            return text._bytes.WrittenSpan.ToArray();
        }

        public void Append(ReadOnlySpan<byte> events) => _bytes.Write(events);

        public void Append<T>(ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
        {
            Begin(name);
            JsonSerializer.Serialize(_json, data, type);
            End();
        }

        public void Append(in RequestRecord request)
        {
            Begin("request"u8);
            RequestJson.Write(_json, request);
            End();
        }

        public void Dispose() => _json.Dispose();

        /// <summary>A copy, in one of the pool's buffers.</summary>
        public byte[] Copy()
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Length);
            _bytes.WrittenSpan.CopyTo(buffer);
            return buffer;
        }

        public void Clear() => _bytes.ResetWrittenCount();

        private void Begin(ReadOnlySpan<byte> name)
        {
            _bytes.Write("event: "u8);
            _bytes.Write(name);
            _bytes.Write("\ndata: "u8);
            _json.Reset(_bytes);
        }

        private void End()
        {
            _json.Flush();
            _bytes.Write("\n\n"u8);
        }
    }
}
