using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class ServiceTrafficTests
{
    private readonly ServiceTraffic _traffic = new();

    [Fact]
    public void Counts_by_cluster_and_pod()
    {
        _traffic.Record(Request("ctx1", "pod-a"));
        _traffic.Record(Request("ctx1", "pod-b"));
        _traffic.Record(Request("ctx2", "pod-c", 404));

        var (recent, sinceStart) = _traffic.Read();

        Assert.Equal(3, recent.Total);
        Assert.Equal(0, recent.Errors);
        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 2, ["ctx2"] = 1 }, recent.Clusters);
        Assert.Equal(new Dictionary<string, long> { ["pod-a"] = 1, ["pod-b"] = 1, ["pod-c"] = 1 }, recent.Pods);
        Assert.Equivalent(recent with { P50Ms = null, P95Ms = null }, sinceStart, strict: true);
    }

    [Fact]
    public void Counts_5xx_as_errors_and_a_missing_cluster_as_unanswered()
    {
        _traffic.Record(Request("ctx1", "pod-a", 500));
        _traffic.Record(Request(null, null, 503));

        var (recent, _) = _traffic.Read();

        Assert.Equal(2, recent.Total);
        Assert.Equal(2, recent.Errors);
        Assert.Equal(1, recent.Unanswered);
        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 1 }, recent.Clusters);
    }

    [Fact]
    public void Recent_is_the_last_100_and_since_start_is_all()
    {
        for (var i = 0; i < 150; i++)
            _traffic.Record(Request(i < 75 ? "ctx1" : "ctx2", "pod"));

        var (recent, sinceStart) = _traffic.Read();

        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 25, ["ctx2"] = 75 }, recent.Clusters);
        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 75, ["ctx2"] = 75 }, sinceStart.Clusters);
        Assert.Equal(100, recent.Total);
        Assert.Equal(150, sinceStart.Total);
    }

    [Fact]
    public void Loses_nothing_when_many_record_at_once()
    {
        Parallel.For(0, 10_000, i => _traffic.Record(Request(i % 2 == 0 ? "ctx1" : "ctx2", "pod")));

        var (_, sinceStart) = _traffic.Read();

        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 5_000, ["ctx2"] = 5_000 }, sinceStart.Clusters);
    }

    [Fact]
    public void Counts_apart_what_the_weights_did_not_draw_or_what_went_elsewhere()
    {
        for (var i = 0; i < 60; i++)
            _traffic.Record(Request("ctx1", "pod") with { DurationMs = i });

        for (var i = 0; i < 20; i++)
            _traffic.Record(Request(null, null, 503) with { Heading = "ctx2", Cause = Cause.Abort });

        for (var i = 0; i < 15; i++)
            _traffic.Record(Request("ctx2", "pod") with { Rule = "x-canary" });

        for (var i = 0; i < 5; i++)
            _traffic.Record(Request("ctx1", "pod") with { Heading = "ctx2" });

        var (recent, sinceStart) = _traffic.Read();

        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 60 }, recent.Drawn);
        Assert.Equal(new Dictionary<string, long> { ["x-canary"] = 15 }, recent.Rules);
        Assert.Equal(new Dictionary<string, long> { ["abort"] = 20 }, recent.Causes);
        Assert.Equal((5, 9, 54), (recent.FailedOver, recent.P50Ms, recent.P95Ms));
        Assert.Equal((5, null, null), (sinceStart.FailedOver, sinceStart.P50Ms, sinceStart.P95Ms));
    }

    [Fact]
    public void A_destination_that_may_be_in_any_cluster_was_drawn_where_it_was_answered()
    {
        _traffic.Record(Request("ctx2", "pod") with { Heading = null });

        Assert.Equal(new Dictionary<string, long> { ["ctx2"] = 1 }, _traffic.Read().Recent.Drawn);
    }

    [Fact]
    public void Names_of_rules_take_no_memory_without_end()
    {
        for (var i = 0; i < 50; i++)
            _traffic.Record(Request("ctx1", "pod") with { Rule = $"rule {i}" });

        var rules = _traffic.Read().SinceStart.Rules;

        Assert.Equal((21, 1, 30), (rules.Count, rules["rule 19"], rules["…"]));
    }

    [Fact]
    public void Without_requests_there_is_no_time()
    {
        var (recent, _) = _traffic.Read();

        Assert.Equal((0, null, null), (recent.Total, recent.P50Ms, recent.P95Ms));
    }

    // Where it was drawn to, there it was answered; else the test says so.
    private static RequestRecord Request(string? cluster, string? pod, int status = 200) => Requests.One with
    {
        Cluster = cluster,
        Pod = pod,
        Status = status,
        Heading = cluster,
        Cause = cluster is null ? Cause.Unknown : null,
    };
}
