using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using MessageBoard.Gateway.Mesh;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Hands each routed request to every reader of the event stream, written once for all of them. Costs nothing while nobody reads, and never
/// waits for a reader: one that falls behind loses the oldest events and is told how many. Safe for concurrent use.
/// </summary>
public sealed partial class TrafficFeed : IDisposable
{
    // What a reader may be behind: 20 s at 200 requests a second.
    private const int MaxBehindBytes = 1024 * 1024;
    private const int MaxBehindChunks = 1024;

    // Below what the runtime has its heap of large objects for.
    private const int MaxChunkBytes = 32 * 1024;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Func<MeshConfiguration> _configuration;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly EventText _text = new();
    private readonly Chunk[] _chunks = new Chunk[MaxBehindChunks]; // the newest, each in the place of its number
    private TaskCompletionSource _news = NewNews();
    private long _first, _next; // numbers of the oldest chunk that is kept, and of the one to come
    private long _events; // in all chunks, since the start
    private int _bytes; // in all that are kept
    private int _readers, _pending; // readers; events that are in no chunk yet
    private bool _isTickDue, _configurationHasChanged;
    private long _lastTick;

    /// <summary>A feed without readers.</summary>
    /// <param name="configuration">What a <c>configuration</c> event says, asked for when it has changed and somebody reads.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Is told when the configuration cannot be read.</param>
    public TrafficFeed(Func<MeshConfiguration> configuration, TimeProvider clock, ILogger<TrafficFeed> logger)
    {
        (_configuration, _clock, _logger) = (configuration, clock, logger);
        _timer = clock.CreateTimer(static feed => ((TrafficFeed)feed!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many read.</summary>
    public int Readers => Volatile.Read(ref _readers);

    /// <summary>Hands a request to all readers.</summary>
    public void Publish(RoutedRequest request)
    {
        if (Readers == 0)
            return;

        lock (_gate)
        {
            _text.Append("request"u8, request, TrafficJson.Default.RoutedRequest);
            _pending++;
            if (_text.Length >= MaxChunkBytes)
                Cut();

            TickSoon();
        }
    }

    /// <summary>Tells all readers that the mesh configuration has changed.</summary>
    public void PublishConfigurationChange()
    {
        if (Readers == 0)
            return;

        lock (_gate)
        {
            _configurationHasChanged = true;
            TickSoon();
        }
    }

    /// <summary>Starts reading, with the configuration at this moment. Dispose it to stop.</summary>
    public Subscription Subscribe()
    {
        lock (_gate)
        {
            if (_readers++ == 0 && !_isTickDue)
                Wait(KeepAlive);

            Cut(); // what was before is none of its business
            return new(this, _next, _events);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _text.Dispose();
    }

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Nobody sees more than 60 pictures a second, and each is a write to each reader: with a thousand of them, ten a second.
    private TimeSpan BetweenTicks => TimeSpan.FromMilliseconds(Math.Max(16, _readers / 10));

    private void TickSoon()
    {
        if (_isTickDue)
            return;

        _isTickDue = true;
        var wait = BetweenTicks - _clock.GetElapsedTime(_lastTick);
        Wait(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    private void Wait(TimeSpan time) => _timer.Change(time, Timeout.InfiniteTimeSpan);

    private void Tick()
    {
        var configuration = Interlocked.Exchange(ref _configurationHasChanged, false) ? ReadConfiguration() : [];
        TaskCompletionSource news;
        lock (_gate)
        {
            _text.Append(configuration);
            if (!_isTickDue)
                _text.AppendComment("still here"u8); // so that proxies in between do not take the silence for a dead connection

            Cut();
            (_lastTick, _isTickDue) = (_clock.GetTimestamp(), false);
            if (_configurationHasChanged)
                TickSoon();
            else if (_readers > 0)
                Wait(KeepAlive);

            (news, _news) = (_news, NewNews());
        }

        news.SetResult();
    }

    // Outside of the lock: the configuration's home has locks of its own. A timer that throws would end the process.
    private byte[] ReadConfiguration()
    {
        try
        {
            return EventText.One("configuration"u8, _configuration(), TrafficJson.Default.MeshConfiguration);
        }
        catch (Exception exception)
        {
            LogUnreadable(exception);
            return [];
        }
    }

    // Makes a chunk of what has been written.
    private void Cut()
    {
        if (_text.Length == 0)
            return;

        var chunk = new Chunk(_text.Take(), _events);
        _events += _pending;
        _pending = 0;
        _bytes += chunk.Bytes.Length;
        while (_next > _first && (_bytes > MaxBehindBytes || _next - _first == MaxBehindChunks))
            _bytes -= _chunks[_first++ % MaxBehindChunks].Bytes.Length;

        _chunks[_next++ % MaxBehindChunks] = chunk;
    }

    [LoggerMessage(LogLevel.Error, "The configuration cannot be told to the event stream's readers")]
    private partial void LogUnreadable(Exception exception);

    private readonly record struct Chunk(byte[] Bytes, long EventsBefore);

    /// <summary>One reader's place in the stream. For one thread at a time.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly TrafficFeed _feed;
        private long _chunk; // the next
        private long _events; // how many it has been given or told to be lost
        private bool _isDisposed;

        internal Subscription(TrafficFeed feed, long chunk, long events)
        {
            (_feed, _chunk, _events) = (feed, chunk, events);
            News = feed._news.Task;
        }

        /// <summary>Ends when there may be more to read than there was when <see cref="TryRead"/> last was false.</summary>
        public Task News { get; private set; }

        /// <summary>The event that a reader begins with.</summary>
        public byte[] ReadConfiguration() => _feed.ReadConfiguration();

        /// <summary>Takes what comes next of the stream, if there is something: whole events, not to be changed.</summary>
        public bool TryRead([NotNullWhen(true)] out byte[]? bytes)
        {
            lock (_feed._gate)
            {
                News = _feed._news.Task;
                _chunk = Math.Max(_chunk, _feed._first);
                bytes = null;
                if (_chunk == _feed._next)
                    return false;

                var chunk = _feed._chunks[_chunk % MaxBehindChunks];
                if (chunk.EventsBefore > _events)
                {
                    bytes = EventText.One("lost"u8, new(chunk.EventsBefore - _events), TrafficJson.Default.LostEvents);
                    _events = chunk.EventsBefore;
                    return true;
                }

                _chunk++;
                _events = _chunk == _feed._next ? _feed._events : _feed._chunks[_chunk % MaxBehindChunks].EventsBefore;
                bytes = chunk.Bytes;
                return true;
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (_feed._gate)
            {
                _feed._readers -= _isDisposed ? 0 : 1;
                _isDisposed = true;
            }
        }
    }

    // Events as text (https://html.spec.whatwg.org/multipage/server-sent-events.html), one after the other.
    private sealed class EventText : IDisposable
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private readonly Utf8JsonWriter _json = new(Stream.Null);

        public int Length => _bytes.WrittenCount;

        public static byte[] One<T>(ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
        {
            using var text = new EventText();
            text.Append(name, data, type);
            return text.Take();
        }

        public void Append(ReadOnlySpan<byte> events) => _bytes.Write(events);

        public void Append<T>(ReadOnlySpan<byte> name, T data, JsonTypeInfo<T> type)
        {
            _bytes.Write("event: "u8);
            _bytes.Write(name);
            _bytes.Write("\ndata: "u8);
            _json.Reset(_bytes);
            JsonSerializer.Serialize(_json, data, type);
            _bytes.Write("\n\n"u8);
        }

        public void AppendComment(ReadOnlySpan<byte> text)
        {
            _bytes.Write(": "u8);
            _bytes.Write(text);
            _bytes.Write("\n\n"u8);
        }

        public void Dispose() => _json.Dispose();

        public byte[] Take()
        {
            var all = _bytes.WrittenSpan.ToArray();
            _bytes.ResetWrittenCount();
            return all;
        }
    }
}
