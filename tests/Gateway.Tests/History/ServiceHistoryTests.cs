using MessageBoard.Gateway.History;
using MessageBoard.Gateway.Tests.Traffic;
using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Tests.History;

public sealed class ServiceHistoryTests
{
    private const long Start = 1_800_000_000;

    private readonly ServiceHistory _history = new();

    [Fact]
    public void A_second_says_who_answered_what_failed_and_what_the_weights_were()
    {
        _history.SetWeights(new Dictionary<string, int> { ["ctx1"] = 70, ["ctx2"] = 30 });
        Record(Start, "ctx1");
        Record(Start + 0.9, "ctx1", status: 500);
        Record(Start + 0.99, null, status: 404);
        Record(Start + 1, "ctx2");

        var points = _history.Read(Start - 5, Start + 5, step: 1);

        Assert.Equal([Start, Start + 1], points.Select(point => point.Time));
        Assert.Equal((3L, 2L, 2L, 0L), (points[0].Total, points[0].Errors, points[0].Drawn["ctx1"], points[0].Drawn["ctx2"]));
        Assert.Equal((1L, 0L, 0L, 1L), (points[1].Total, points[1].Errors, points[1].Drawn["ctx1"], points[1].Drawn["ctx2"]));
        Assert.Equal(70, points[0].Weights!["ctx1"]);
    }

    [Fact]
    public void Only_what_the_weights_drew_and_what_got_there_is_drawn()
    {
        _history.Record(Request(Start, "ctx1", 200, 1.5) with { Heading = "ctx1" });
        _history.Record(Request(Start, "ctx1", 200, 1.5) with { Heading = "ctx2" });
        _history.Record(Request(Start, "ctx1", 200, 1.5) with { Heading = "ctx1", Rule = "x-canary" });
        _history.Record(Request(Start, null, 503, 1.5) with { Heading = "ctx1", Cause = "noPod" });

        var point = _history.ReadPoint(Start, 1)!;
        Assert.Equal((4L, 1L), (point.Total, point.Drawn["ctx1"]));
    }

    [Fact]
    public void Seconds_are_merged_into_steps_with_the_weights_of_the_last()
    {
        _history.SetWeights(new Dictionary<string, int> { ["ctx1"] = 70, ["ctx2"] = 30 });
        Record(Start, "ctx1", durationMs: 1);
        _history.SetWeights(new Dictionary<string, int> { ["ctx1"] = 90, ["ctx2"] = 10 });
        Record(Start + 11, "ctx1", durationMs: 100);
        Record(Start + 12, "ctx1", durationMs: 100);

        var points = _history.Read(Start, Start + 24, step: 12);

        Assert.Equal([(Start, 2L), (Start + 12, 1L)], points.Select(point => (point.Time, point.Total)));
        Assert.Equal(90, points[0].Weights!["ctx1"]);
        Assert.InRange(points[0].P50Ms!.Value, 0.96, 1.04);
        Assert.InRange(points[0].P95Ms!.Value, 96, 104);
    }

    [Fact]
    public void After_an_hour_a_second_is_gone()
    {
        Record(Start, "ctx1");
        Record(Start + ServiceHistory.Seconds, "ctx2");

        var point = Assert.Single(_history.Read(Start, Start + ServiceHistory.Seconds + 1, step: 1));
        Assert.Equal((Start + ServiceHistory.Seconds, 0L, 1L), (point.Time, point.Drawn["ctx1"], point.Drawn["ctx2"]));
    }

    [Theory]
    [InlineData(0.07, 0.9)]
    [InlineData(2, 300)]
    [InlineData(900, 60_000)]
    public void Percentiles_are_within_a_few_percent(double shortest, double longest)
    {
        var random = new Random(5);
        List<double> durations = [.. Enumerable.Range(0, 5_000)
            .Select(_ => shortest * Math.Pow(longest / shortest, random.NextDouble())).Order()];
        foreach (var duration in durations.OrderBy(_ => random.Next()))
            Record(Start + random.Next(12), "ctx1", durationMs: duration);

        var point = _history.ReadPoint(Start, step: 12)!;

        Assert.InRange(point.P50Ms!.Value / durations[2_499], 0.96, 1.04);
        Assert.InRange(point.P95Ms!.Value / durations[4_749], 0.96, 1.04);
    }

    [Fact]
    public void What_no_step_is_for_counts_as_the_shortest_or_the_longest()
    {
        Record(Start, "ctx1", durationMs: 0);
        Assert.InRange(_history.ReadPoint(Start, 1)!.P50Ms!.Value, 0, 0.1);
        Record(Start + 1, "ctx1", durationMs: 3_600_000);
        Assert.InRange(_history.ReadPoint(Start + 1, 1)!.P50Ms!.Value, 60_000, 66_000);
    }

    [Fact]
    public void Clusters_that_the_mesh_does_not_have_take_no_room_without_end()
    {
        for (var i = 0; i < 100; i++)
            Record(Start, $"made-up-{i}");

        var point = _history.ReadPoint(Start, 1)!;
        Assert.Equal((100L, 4), (point.Total, point.Drawn.Count));
    }

    [Fact]
    public void Its_memory_is_fixed_and_counting_takes_none()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var history = new ServiceHistory();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1_000_000, 1_650_000);

        var requests = Enumerable.Range(0, 20_000).Select(i => Request(Start + i, i % 3 == 0 ? null : "ctx1", 200, i)).ToList();
        history.Record(requests[0]);
        before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var request in requests)
            history.Record(request);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Record(double time, string? cluster, int status = 200, double durationMs = 1.5) =>
        _history.Record(Request(time, cluster, status, durationMs));

    private static RequestRecord Request(double time, string? cluster, int status, double durationMs) => Requests.One with
    {
        Cluster = cluster,
        Pod = cluster,
        Status = status,
        DurationMs = durationMs,
        Time = DateTimeOffset.UnixEpoch.AddSeconds(time),
    };
}
