using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class ServiceTrafficTests
{
    private readonly ServiceTraffic _traffic = new();

    [Fact]
    public void Counts_by_cluster_and_pod()
    {
        _traffic.Record("ctx1", "pod-a", 200);
        _traffic.Record("ctx1", "pod-b", 200);
        _traffic.Record("ctx2", "pod-c", 404);

        var (recent, sinceStart) = _traffic.Read();

        Assert.Equal(3, recent.Total);
        Assert.Equal(0, recent.Errors);
        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 2, ["ctx2"] = 1 }, recent.Clusters);
        Assert.Equal(new Dictionary<string, long> { ["pod-a"] = 1, ["pod-b"] = 1, ["pod-c"] = 1 }, recent.Pods);
        Assert.Equivalent(recent, sinceStart, strict: true);
    }

    [Fact]
    public void Counts_5xx_as_errors_and_a_missing_cluster_as_unanswered()
    {
        _traffic.Record("ctx1", "pod-a", 500);
        _traffic.Record(null, null, 503);

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
            _traffic.Record(i < 75 ? "ctx1" : "ctx2", "pod", 200);

        var (recent, sinceStart) = _traffic.Read();

        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 25, ["ctx2"] = 75 }, recent.Clusters);
        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 75, ["ctx2"] = 75 }, sinceStart.Clusters);
        Assert.Equal(100, recent.Total);
        Assert.Equal(150, sinceStart.Total);
    }

    [Fact]
    public void Loses_nothing_when_many_record_at_once()
    {
        Parallel.For(0, 10_000, i => _traffic.Record(i % 2 == 0 ? "ctx1" : "ctx2", "pod", 200));

        var (_, sinceStart) = _traffic.Read();

        Assert.Equal(new Dictionary<string, long> { ["ctx1"] = 5_000, ["ctx2"] = 5_000 }, sinceStart.Clusters);
    }
}
