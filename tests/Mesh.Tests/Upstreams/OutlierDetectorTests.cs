using MessageBoard.Mesh.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace MessageBoard.Mesh.Tests.Upstreams;

public class OutlierDetectorTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Errors_in_a_row_take_an_endpoint_out_until_its_time_is_up()
    {
        var state = State(new()
        {
            Consecutive5xxErrors = 3,
            BaseEjectionTime = TimeSpan.FromSeconds(30),
            Interval = TimeSpan.FromSeconds(10),
            MaxEjectionPercent = 100,
        });
        Fail(state, 0, 500, 500, 500);

        Assert.Equal([1, 2], Used(state));
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal([1, 2], Used(state));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 2], Used(state));
    }

    [Fact]
    public void A_good_answer_in_between_starts_the_row_anew()
    {
        var state = State(new() { Consecutive5xxErrors = 3, MaxEjectionPercent = 100 });

        Fail(state, 0, 500, 500, 200, 500, 500, 404);

        Assert.Equal([0, 1, 2], Used(state));
    }

    [Fact]
    public void Each_ejection_lasts_longer_and_quiet_makes_up_for_it()
    {
        var state = State(new()
        {
            Consecutive5xxErrors = 1,
            BaseEjectionTime = TimeSpan.FromSeconds(10),
            Interval = TimeSpan.FromSeconds(1),
            MaxEjectionPercent = 100,
        });
        Assert.Equal([10, 20, 30], Enumerable.Range(0, 3).Select(_ => SecondsOut(state)));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(20, SecondsOut(state));
    }

    [Fact]
    public void No_ejection_lasts_longer_than_five_minutes()
    {
        var state = State(new()
        {
            Consecutive5xxErrors = 1,
            BaseEjectionTime = TimeSpan.FromSeconds(200),
            Interval = TimeSpan.FromSeconds(1),
            MaxEjectionPercent = 100,
        });

        Assert.Equal([200, 300, 300, 300], Enumerable.Range(0, 4).Select(_ => SecondsOut(state)));

        _clock.Advance(TimeSpan.FromSeconds(3)); // what it would have been beyond that is not made up for
        Assert.Equal(200, SecondsOut(state));
    }

    [Theory]
    [InlineData(10, 3, 0)]
    [InlineData(33, 3, 0)]
    [InlineData(34, 3, 1)]
    [InlineData(50, 2, 1)]
    [InlineData(70, 3, 2)]
    [InlineData(100, 3, 3)]
    [InlineData(10, 10, 1)]
    public void No_more_are_out_than_the_percentage_says(int percent, int endpoints, int ejected)
    {
        var state = Endpoints.State(
            new() { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = percent } }, endpoints, _clock);
        var hosts = Enumerable.Range(0, endpoints).Select(state.Host).ToList();
        foreach (var host in hosts)
            state.Answered(host, 503);

        Assert.Equal(ejected, state.Ejected.Count());
        Assert.Equal(ejected == endpoints, state.Pick(new Random(1), null, null) is null);
    }

    [Theory]
    [InlineData(50, 2)]
    [InlineData(51, 4)]
    public void With_too_few_healthy_ones_all_are_used(int minHealth, int used)
    {
        var state = Endpoints.State(
            new() { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100, MinHealthPercent = minHealth } }, 4,
            _clock);
        foreach (var host in new[] { state.Host(0), state.Host(1) })
            state.Answered(host, 500);

        Assert.Equal(used, state.Count().Count);
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(429, false)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(200, true)]
    public void Only_the_statuses_that_are_listed_count(int status, bool isUsed)
    {
        var state = State(new() { Consecutive5xxErrors = 2, MaxEjectionPercent = 100, ErrorCodes = [404, 429] });

        Fail(state, 0, status, status);

        Assert.Equal(isUsed, Used(state).Contains(0));
    }

    [Theory]
    [InlineData(503, false)]
    [InlineData(500, true)]
    [InlineData(404, true)]
    public void Of_gateway_errors_too_only_those_that_are_listed_count(int code, bool isUsed)
    {
        var state = State(new()
        {
            Consecutive5xxErrors = 0,
            ConsecutiveGatewayErrors = 2,
            MaxEjectionPercent = 100,
            ErrorCodes = [code],
        });

        Fail(state, 0, 503, 503);

        Assert.Equal(isUsed, Used(state).Contains(0));
    }

    [Fact]
    public void Gateway_errors_are_counted_apart()
    {
        var state = State(new() { Consecutive5xxErrors = 0, ConsecutiveGatewayErrors = 2, MaxEjectionPercent = 100 });

        Fail(state, 0, 503, 500, 502);
        Assert.Equal([0, 1, 2], Used(state));
        Fail(state, 0, 504);
        Assert.Equal([1, 2], Used(state));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void Failed_connections_count_as_gateway_errors_unless_split(bool split, int failures)
    {
        var state = State(new()
        {
            Consecutive5xxErrors = 1,
            SplitExternalLocalOriginErrors = split,
            ConsecutiveLocalOriginFailures = 2,
            MaxEjectionPercent = 100,
        });
        var host = state.Host(0);
        for (var i = 1; i <= failures; i++)
        {
            Assert.Equal([0, 1, 2], Used(state));
            state.Failed(host);
        }

        Assert.Equal([1, 2], Used(state));
    }

    [Fact]
    public void An_ejection_outlives_a_new_configuration()
    {
        var before = State(new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100, BaseEjectionTime = TimeSpan.FromSeconds(30) });
        Fail(before, 0, 500);

        var after = new UpstreamState(before.Upstream, _clock, before);
        before.Dispose();

        Assert.Equal([1, 2], Used(after));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal([0, 1, 2], Used(after));
    }

    [Fact]
    public void Without_outlier_detection_in_a_new_configuration_all_are_used_again()
    {
        var before = State(new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 });
        Fail(before, 0, 500);

        var after = new UpstreamState(Endpoints.Upstream(new(), "", "ctx1", "ctx1", "ctx1"), _clock, before);

        Assert.Equal([0, 1, 2], Used(after));
    }

    [Fact]
    public void What_failed_while_it_was_out_does_not_count_when_it_is_back()
    {
        var state = State(new() { Consecutive5xxErrors = 3, MaxEjectionPercent = 100, BaseEjectionTime = TimeSpan.FromSeconds(30) });
        var host = state.Host(0);
        Fail(state, 0, 500, 500, 500);
        state.Answered(host, 500); // requests that were under way
        state.Answered(host, 500);

        _clock.Advance(TimeSpan.FromSeconds(30));
        Fail(state, 0, 500);

        Assert.Equal([0, 1, 2], Used(state));
    }

    private UpstreamState State(OutlierDetection settings) => Endpoints.State(new() { OutlierDetection = settings }, 3, _clock);

    private static void Fail(UpstreamState state, int number, params int[] statuses)
    {
        var host = state.Host(number);
        foreach (var status in statuses)
            state.Answered(host, status);
    }

    private int SecondsOut(UpstreamState state)
    {
        Fail(state, 0, 500);
        var seconds = 0;
        for (; !Used(state).Contains(0); seconds++)
            _clock.Advance(TimeSpan.FromSeconds(1));

        return seconds;
    }

    private static IEnumerable<int> Used(UpstreamState state) => state.Count(200).Keys.Order();
}
