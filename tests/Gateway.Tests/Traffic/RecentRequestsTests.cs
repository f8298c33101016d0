using MessageBoard.Gateway.Traffic;
using MessageBoard.Mesh.Explain;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class RecentRequestsTests
{
    private readonly RecentRequests _recent = new();

    [Fact]
    public void The_newest_are_kept_in_the_places_of_the_oldest()
    {
        for (var i = 1; i <= RecentRequests.Capacity + 10; i++)
            _recent.Add(Requests.One with { Status = i });

        Assert.Null(_recent.Find(10));
        Assert.Null(_recent.Find(RecentRequests.Capacity + 11));
        Assert.Equal(11, _recent.Find(11)!.Value.Status);
        Assert.Equal(
            Enumerable.Range(11, RecentRequests.Capacity).Reverse().Select(id => (long)id), _recent.All.Select(request => request.Id));
        Assert.Equal([1010, 1009], _recent.Newest(2).Select(request => request.Status));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Of_none_there_is_nothing(long id)
    {
        Assert.Null(_recent.Find(id));
        Assert.Empty(_recent.All);
    }

    [Fact]
    public void A_trace_s_requests_are_found_by_its_text()
    {
        _recent.Add(Requests.One with { Trace = 1 });
        _recent.Add(Requests.One);
        _recent.Add(Requests.One);

        var found = _recent.OfTrace("0af7651916cd43dd8448eb211c80319c").ToList();

        Assert.Equal([3L, 2], found.Select(request => request.Id));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", found[0].ToRoutedRequest().TraceId);
        Assert.Equal(1, Assert.Single(_recent.OfTrace("00000000000000000000000000000001")).Id);
        Assert.Empty(_recent.OfTrace("no trace"));
    }

    // Each field of a request says the same number, so that a mixture of two would show.
    [Fact]
    public async Task Who_reads_while_others_write_reads_one_request_and_never_parts_of_two()
    {
        const int Writers = 3, Each = 200_000;
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var read = 0;
            while (!stop.IsCancellationRequested)
            {
                // Those whose places are taken next.
                for (var next = 1; next <= 3; next++)
                {
                    var id = _recent.Last - RecentRequests.Capacity + next;
                    if (_recent.Find(id) is not { } request)
                        continue;

                    Assert.Equal(id, request.Id);
                    Assert.Equal(
                        (request.Path, request.Notes.Rule, (double)request.Status, (UInt128)request.Status),
                        (request.Pod, request.Pod, request.DurationMs, request.Trace));
                    Assert.Equal($"{request.Status}", request.Pod);
                    read++;
                }
            }

            return read;
        })).ToList();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                var (number, text) = ((i * Writers) + writer, $"{(i * Writers) + writer}");
                var exchange = new MeshExchange();
                exchange.Foresee(text);
                _recent.Add(Requests.One with
                {
                    Path = text,
                    Pod = text,
                    Status = number,
                    DurationMs = number,
                    Trace = (UInt128)number,
                    Notes = exchange.Notes,
                });
            }
        })));
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(readers), read => Assert.True(read > 0));
        Assert.Equal(Writers * Each, _recent.Last);
    }

    [Fact]
    public void To_keep_one_makes_no_object()
    {
        var request = Requests.One;
        _recent.Add(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2 * RecentRequests.Capacity; i++)
            _recent.Add(request);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
