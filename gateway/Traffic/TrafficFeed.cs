using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// Hands each routed request to every reader of the event stream. Costs nothing while nobody reads, and never waits for a
/// reader: one that falls behind loses the oldest events and is told how many.
/// </summary>
public sealed class TrafficFeed
{
    /// <summary>How many readers there may be at once.</summary>
    public const int MaxReaders = 256;

    private ImmutableArray<Subscription> _subscriptions = [];

    /// <summary>Hands a request to all readers.</summary>
    public void Publish(RoutedRequest request)
    {
        foreach (var subscription in _subscriptions)
            subscription.Offer(request);
    }

    /// <summary>Tells all readers that the mesh configuration has changed.</summary>
    public void PublishConfigurationChange()
    {
        foreach (var subscription in _subscriptions)
            subscription.OfferConfigurationChange();
    }

    /// <summary>Starts reading; null when there are <see cref="MaxReaders"/> already. Dispose it to stop.</summary>
    public Subscription? Subscribe()
    {
        var subscription = new Subscription(this);
        return ImmutableInterlocked.Update(ref _subscriptions, Add, subscription) ? subscription : null;

        static ImmutableArray<Subscription> Add(ImmutableArray<Subscription> all, Subscription one) =>
            all.Length < MaxReaders ? all.Add(one) : all;
    }

    /// <summary>One reader's place in the stream.</summary>
    public sealed class Subscription : IDisposable
    {
        private const int Capacity = 1024;

        private readonly TrafficFeed _feed;
        private readonly Channel<FeedItem> _events;
        private long _lost;
        private int _configurationChanged = 1;

        internal Subscription(TrafficFeed feed)
        {
            _feed = feed;
            var options = new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
            _events = Channel.CreateBounded<FeedItem>(options, dropped =>
            {
                if (dropped.Request is not null)
                    Interlocked.Increment(ref _lost);
            });
        }

        /// <summary>Waits until there is something to read.</summary>
        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);

        /// <summary>Takes the next request, if there is one.</summary>
        public bool TryRead([NotNullWhen(true)] out RoutedRequest? request)
        {
            request = null;
            while (request is null && _events.Reader.TryRead(out var next))
                request = next.Request;

            return request is not null;
        }

        /// <summary>How many events were lost since the last call.</summary>
        public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

        /// <summary>Whether the configuration has changed since the last call; true at the first.</summary>
        public bool TakeConfigurationChange() => Interlocked.Exchange(ref _configurationChanged, 0) == 1;

        /// <inheritdoc/>
        public void Dispose() => ImmutableInterlocked.Update(ref _feed._subscriptions, static (all, one) => all.Remove(one), this);

        internal void Offer(RoutedRequest request) => _events.Writer.TryWrite(new(request));

        internal void OfferConfigurationChange()
        {
            Volatile.Write(ref _configurationChanged, 1);
            _events.Writer.TryWrite(FeedItem.ConfigurationChange);
        }

        // What wakes the reader: a request, or that the configuration has changed.
        private readonly record struct FeedItem(RoutedRequest? Request)
        {
            public static FeedItem ConfigurationChange => default;
        }
    }
}
