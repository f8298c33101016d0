using System.Diagnostics;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Services.Tests.Telemetry;

public sealed class OutgoingCallsTests
{
    private readonly OutgoingCalls _calls = new();

    [Fact]
    public void What_was_taken_is_not_counted_again()
    {
        Assert.False(_calls.Any.IsCompleted);
        _calls.Count(CallTarget.Redis, Stopwatch.GetTimestamp(), failed: false);
        _calls.Count(CallTarget.Redis, Stopwatch.GetTimestamp(), failed: true);
        _calls.CountReceived(CallTarget.Kafka, 7);
        Assert.True(_calls.Any.IsCompleted);

        var counts = _calls.Take();

        Assert.Equal((2, 1), (counts[CallTarget.Redis].Calls, counts[CallTarget.Redis].Errors));
        Assert.Equal((7, 0), (counts[CallTarget.Kafka].Calls, counts[CallTarget.Kafka].Errors));
        Assert.False(_calls.Any.IsCompleted);
        Assert.Empty(_calls.Take());
    }

    [Fact]
    public void Clusters_that_anybody_names_take_no_more_than_so_much_memory()
    {
        for (var i = 0; i < 1_000; i++)
            _calls.Count(CallTarget.Service("user-service", $"ctx{i}"), Stopwatch.GetTimestamp(), failed: false);

        Assert.Equal(OutgoingCalls.MaxTargets, _calls.Take().Count);
    }

    [Fact]
    public async Task Each_of_many_threads_calls_is_counted()
    {
        var taken = 0L;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                _calls.Count(CallTarget.Redis, Stopwatch.GetTimestamp(), failed: false);
                if (i % 1_000 == 0)
                    Take();
            }
        })));
        Take();

        Assert.Equal(80_000, taken);

        void Take() => Interlocked.Add(ref taken, _calls.Take().Values.Sum(count => count.Calls));
    }

    [Theory]
    [InlineData(new[] { 1.0 }, 1)]
    [InlineData(new[] { 0.0, -1, 1e-9 }, 0.088)]
    [InlineData(new[] { 1e9 }, 262144)]
    public void The_95th_percentile_is_a_steps_end(double[] ms, double expected) =>
        Assert.Equal(expected, DurationSteps.P95([.. ms.Select(one => (DurationSteps.Of(one), 1L))]));

    [Fact]
    public void Five_of_100_may_be_slower_than_the_95th_percentile()
    {
        Assert.Equal(2, DurationSteps.P95([(DurationSteps.Of(2), 95), (DurationSteps.Of(900), 5)]));
        Assert.InRange(DurationSteps.P95([(DurationSteps.Of(2), 94), (DurationSteps.Of(900), 6)])!.Value, 900, 1100);
        Assert.Null(DurationSteps.P95([]));
    }
}
