using System.Net.ServerSentEvents;
using System.Text.Json.Serialization.Metadata;
using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Explain;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class TrafficFeedTests : IDisposable
{
    private readonly RecentRequests _recent = new();
    private readonly TrafficFeed _feed;

    public TrafficFeedTests() => _feed = NewFeed(TimeProvider.System);

    private static JsonTypeInfo<string> Text { get; } = (JsonTypeInfo<string>)JsonSerializerOptions.Web.GetTypeInfo(typeof(string));

    public void Dispose() => _feed.Dispose();

    [Fact]
    public async Task Every_reader_gets_every_request_in_order_written_once_for_all()
    {
        using var first = _feed.Subscribe();
        using var second = _feed.Subscribe();

        Add(_feed);
        Add(_feed);

        await first.News.WaitAsync(TimeSpan.FromSeconds(100));
        Assert.True(first.TryRead(out var read));
        Assert.True(second.TryRead(out var same));
        Assert.Equal([1, 2], Ids([read.ToArray()]));
        Assert.True(read.Equals(same), "it is the same memory");
    }

    [Fact]
    public async Task A_thousand_readers_cost_one_writing()
    {
        var readers = Enumerable.Range(0, 1_000).Select(_ => _feed.Subscribe()).ToList();
        Add(_feed);
        await readers[0].News.WaitAsync(TimeSpan.FromSeconds(100));
        Assert.True(readers[0].TryRead(out var first));

        foreach (var reader in readers[1..])
        {
            Assert.True(reader.TryRead(out var events));
            Assert.True(first.Equals(events), "it is the same memory");
        }

        readers.ForEach(reader => reader.Dispose());
    }

    // Buffers are used again once all have read them.
    [Fact]
    public async Task What_a_reader_holds_stays_as_it_is_however_fast_others_read_and_whoever_comes_and_goes()
    {
        const int Added = 10_000;
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            var (reader, last, bytes, random) = (_feed.Subscribe(), 0L, 0L, new Random(number));
            while (!stop.IsCancellationRequested || reader.TryRead(out _))
            {
                if (!reader.TryRead(out var events))
                {
                    await Task.WhenAny(reader.News, Task.Delay(10));
                    continue;
                }

                var held = events.ToArray();
                if (random.Next(number + 1) > 0)
                    await Task.Delay(random.Next(3));

                Assert.True(events.Span.SequenceEqual(held), "somebody has written over what is held");
                var ids = Ids([held]);
                if (ids.Count == 0)
                    continue; // what it has lost, and all states

                Assert.Equal(ids, Enumerable.Range(0, ids.Count).Select(place => ids[0] + place));
                Assert.True(ids[0] > last);
                (last, bytes) = (ids[^1], bytes + held.Length);
                if (number > 3 && random.Next(20) == 0)
                {
                    reader.Dispose();
                    reader = _feed.Subscribe();
                }
            }

            reader.Dispose();
            return bytes;
        })).ToList();

        for (var i = 0; i < Added; i++)
        {
            Add(_feed);
            if (i % 50 == 0)
                await Task.Delay(1);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), bytes => Assert.True(bytes > 0));
    }

    [Fact]
    public void To_tell_of_requests_makes_no_objects_for_them()
    {
        const int Ticks = 50, InTick = 400;
        var clock = new FakeTimeProvider(); // ticks on this thread
        using var feed = NewFeed(clock);
        using var reader = feed.Subscribe();
        Tell(5);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Tell(Ticks);

        // A request's text alone is more than 300 bytes.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (Ticks * InTick), 0, 5);

        void Tell(int ticks)
        {
            for (var tick = 0; tick < ticks; tick++)
            {
                for (var i = 0; i < InTick; i++)
                    Add(feed);

                clock.Advance(TimeSpan.FromMilliseconds(16));
                while (reader.TryRead(out _))
                {
                }
            }
        }
    }

    [Fact]
    public async Task An_event_has_what_the_list_has_of_a_request()
    {
        using var reader = _feed.Subscribe();
        var exchange = new MeshExchange();
        exchange.Foresee("a \"rule\" <ü> \n");
        RequestRecord[] requests =
        [
            Requests.One,
            Requests.One with
            {
                Cluster = null,
                Pod = null,
                SpanId = null,
                Status = 503,
                DurationMs = 0.001,
                Trace = 1,
                Cause = Cause.NoPod,
                Heading = "ctx2",
                Time = new(2026, 11, 27, 1, 2, 3, 40, TimeSpan.Zero),
                Rule = exchange.Notes.Rule,
            },
        ];
        foreach (var request in requests)
            _recent.Add(request);

        _feed.TellRequests();

        var told = Events(await ReadAsync(reader, requests.Length)).Select(item => item.Data);
        Assert.Equal(_recent.Newest(2).Reverse().Select(request => JsonSerializer.Serialize(request, JsonSerializerOptions.Web)), told);
    }

    [Fact]
    public async Task Of_what_many_threads_add_at_once_each_is_told_once_and_in_order()
    {
        const int Threads = 4, Each = 500; // in all not more than a reader may be behind
        using var reader = _feed.Subscribe();
        var adding = Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
                Add(_feed);
        })));

        var read = await ReadAsync(reader, Threads * Each);

        await adding;
        Assert.Equal(Enumerable.Range(1, Threads * Each).Select(id => (long)id), Ids(read));
        Assert.DoesNotContain(Events(read), item => item.EventType == "lost");
    }

    [Fact]
    public async Task What_nobody_wrote_before_its_place_was_taken_is_told_as_lost()
    {
        using var reader = _feed.Subscribe();
        for (var i = 0; i < RecentRequests.Capacity + 7; i++)
            _recent.Add(Requests.One);

        _feed.TellRequests();

        var read = await ReadAsync(reader, RecentRequests.Capacity);
        Assert.Equal(("lost", """{"count":7}"""), (Events(read).First().EventType, Events(read).First().Data));
        Assert.Equal(8, Ids(read)[0]);
    }

    [Fact]
    public async Task What_was_before_is_none_of_a_readers_business()
    {
        using var first = _feed.Subscribe();
        Add(_feed);
        using var second = _feed.Subscribe();
        Add(_feed);

        Assert.Equal([2], Ids(await ReadAsync(second, 1)));
        Assert.Equal([1, 2], Ids(await ReadAsync(first, 2)));
    }

    [Fact]
    public void Who_comes_when_all_others_have_gone_is_told_of_what_comes_then()
    {
        var clock = new FakeTimeProvider();
        using var feed = NewFeed(clock);
        using (feed.Subscribe())
            Add(feed);

        for (var i = 0; i < 2 * RecentRequests.Capacity; i++)
        {
            Add(feed);
            clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        using var reader = feed.Subscribe();
        Assert.False(reader.TryRead(out _));
        Add(feed);
        clock.Advance(TimeSpan.FromMilliseconds(20));

        Assert.True(reader.TryRead(out var events));
        Assert.Equal(["request"], Events([events.ToArray()]).Select(item => item.EventType));
        Assert.Equal([(2 * RecentRequests.Capacity) + 2], Ids([events.ToArray()]));
    }

    [Fact]
    public async Task A_slow_reader_loses_the_oldest_and_learns_how_many()
    {
        const int Requests = 10_000;
        using var slow = _feed.Subscribe();
        for (var id = 1; id <= Requests; id++)
            Add(_feed);

        var read = new List<byte[]>();
        await Eventually.IsTrueAsync(
            () =>
            {
                while (slow.TryRead(out var events))
                    read.Add(events.ToArray());

                return Ids(read).LastOrDefault() == Requests;
            },
            "the last request");

        var ids = Ids(read);
        var lost = Assert.Single(Events(read), item => item.EventType == "lost");
        Assert.Equal(Requests - ids.Count, JsonDocument.Parse(lost.Data).RootElement.GetProperty("count").GetInt32());
        Assert.Equal(Enumerable.Range(Requests - ids.Count + 1, ids.Count).Select(id => (long)id), ids);
        Assert.InRange(read.Sum(events => events.Length), 900_000, 1_200_000);
    }

    [Fact]
    public async Task A_slow_reader_is_told_all_states_anew()
    {
        using var slow = _feed.Subscribe();
        var version = 1;
        var state = AddState(_feed, "fleet", () => $"{version}");
        version = 2;
        state.Change();
        for (var id = 1; id <= 10_000; id++)
            Add(_feed);

        var read = await ReadAsync(slow, 1);

        Assert.Equal(["lost", "fleet"], Events(read).Select(item => item.EventType).Take(2));
        Assert.Equal("\"2\"", Events(read).ElementAt(1).Data);
    }

    [Fact]
    public async Task Others_events_come_in_order_with_the_requests_and_are_not_counted_as_lost()
    {
        using var reader = _feed.Subscribe();
        _feed.Publish("mark"u8, "first", Text);
        Add(_feed);
        _feed.Publish("mark"u8, "second", Text);

        await reader.News.WaitAsync(TimeSpan.FromSeconds(100));
        Assert.True(reader.TryRead(out var events));
        Assert.Equal(["mark", "request", "mark"], Events([events.ToArray()]).Select(item => item.EventType));

        for (var i = 0; i < 10_000; i++)
            _feed.Publish("mark"u8, new string('x', 1000), Text);

        Assert.True(reader.TryRead(out events));
        Assert.DoesNotContain(Events([events.ToArray()]), item => item.EventType == "lost");
    }

    [Fact]
    public async Task A_states_change_is_told_to_all_that_read()
    {
        var version = 1;
        var state = AddState(_feed, "fleet", () => $"{version}");
        using var reader = _feed.Subscribe();
        Assert.Equal("\"1\"", Assert.Single(Events([reader.ReadStates()])).Data);
        Assert.False(reader.TryRead(out _));
        var news = reader.News;
        Assert.False(news.IsCompleted);

        version = 2;
        state.Change();

        await news.WaitAsync(TimeSpan.FromSeconds(100));
        Assert.True(reader.TryRead(out var events));
        var told = Assert.Single(Events([events.ToArray()]));
        Assert.Equal(("fleet", "\"2\""), (told.EventType, told.Data));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task A_state_that_cannot_be_told_costs_nobody_the_rest()
    {
        var broken = AddState(_feed, "broken", () => throw new InvalidOperationException("broken"));
        var nothing = AddState(_feed, "nothing", () => null);
        var well = AddState(_feed, "well", () => "well");
        using var reader = _feed.Subscribe();

        broken.Change();
        nothing.Change();
        well.Change();
        Add(_feed);

        Assert.Equal(["request", "well"], Events(await ReadAsync(reader, 1)).Select(item => item.EventType));
        Assert.Equal("well", Assert.Single(Events([reader.ReadStates()])).EventType);
    }

    [Fact]
    public void Nobody_is_asked_for_a_state_while_nobody_reads()
    {
        var asked = 0;
        var clock = new FakeTimeProvider();
        using var feed = NewFeed(clock);
        var state = AddState(feed, "fleet", () => $"{++asked}");
        state.Change();
        clock.Advance(TimeSpan.FromSeconds(10));

        using (feed.Subscribe())
            clock.Advance(TimeSpan.FromSeconds(1));

        state.Change();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Who_finds_things_out_for_readers_waits_for_one()
    {
        var first = _feed.WhenReadAsync(CancellationToken.None);
        Assert.False(first.IsCompleted);
        using (_feed.Subscribe())
        {
            await first.WaitAsync(TimeSpan.FromSeconds(100));
            Assert.True(_feed.WhenReadAsync(CancellationToken.None).IsCompleted);
        }

        Assert.False(_feed.WhenReadAsync(CancellationToken.None).IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_heartbeat_is_told_every_five_seconds_in_silence_and_in_traffic(bool isBusy)
    {
        var clock = new FakeTimeProvider();
        using var feed = NewFeed(clock);
        using var reader = feed.Subscribe();
        var read = new List<byte[]>();
        for (var tenths = 1; tenths <= 151; tenths++)
        {
            if (isBusy)
                Add(feed);

            clock.Advance(TimeSpan.FromSeconds(0.1));
            while (reader.TryRead(out var events))
                read.Add(events.ToArray());
        }

        var heartbeats = Events(read).Where(item => item.EventType == "heartbeat").ToList();
        Assert.Equal(3, heartbeats.Count);
        var times = heartbeats.ConvertAll(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("time").GetDateTimeOffset());
        Assert.Equal([5.0, 5.0], times.Zip(times.Skip(1), (before, after) => (after - before).TotalSeconds));
        Assert.Equal(isBusy ? 151 : 0, Ids(read).Count);
    }

    private TrafficFeed NewFeed(TimeProvider clock) => new(_recent, clock, NullLogger<TrafficFeed>.Instance);

    private static TrafficFeed.State AddState(TrafficFeed feed, string name, Func<string?> read) =>
        feed.AddState(name, read, Text);

    private void Add(TrafficFeed feed)
    {
        _recent.Add(Requests.One);
        feed.TellRequests();
    }

    private static async Task<List<byte[]>> ReadAsync(TrafficFeed.Subscription reader, int requests)
    {
        var read = new List<byte[]>();
        while (Ids(read).Count < requests)
        {
            if (reader.TryRead(out var events))
                read.Add(events.ToArray());
            else
                await reader.News.WaitAsync(TimeSpan.FromSeconds(100));
        }

        return read;
    }

    private static List<long> Ids(IEnumerable<byte[]> read) => [.. Events(read)
        .Where(item => item.EventType == "request").Select(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("id").GetInt64())];

    private static IEnumerable<SseItem<string>> Events(IEnumerable<byte[]> read) =>
        SseParser.Create(new MemoryStream([.. read.SelectMany(events => events)])).Enumerate();
}
