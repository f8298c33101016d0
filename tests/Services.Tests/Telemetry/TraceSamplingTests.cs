using MessageBoard.Shared.Telemetry;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests.Telemetry;

/// <summary>How many traces a process keeps.</summary>
public sealed class TraceSamplingTests
{
    [Fact]
    public void At_once_no_more_are_kept_than_in_a_second()
    {
        using var sampling = Sampling(("Telemetry:TracesPerSecond", "7"));

        Assert.True(sampling.IsLimited);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => sampling.Keep()), 7, 14);
    }

    [Fact]
    public void Explanations_and_errors_have_buckets_of_their_own_and_bounds_too()
    {
        using var sampling = Sampling(("Telemetry:TracesPerSecond", "0"));

        Assert.False(sampling.Keep());
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => sampling.KeepExplained()), 20, 40);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => sampling.KeepError()), 20, 40);
    }

    [Theory]
    [InlineData("Telemetry:TracesPerSecond", "")]
    [InlineData("OTEL_TRACES_SAMPLER", "always_on")]
    public void A_sampler_that_is_asked_for_wins_and_without_a_rate_there_is_no_limit(string key, string value)
    {
        using var sampling = Sampling(("Telemetry:TracesPerSecond", "7"), (key, value));

        Assert.False(sampling.IsLimited);
    }

    private static TraceSampling Sampling(params (string Key, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.GroupBy(setting => setting.Key).Select(
            same => KeyValuePair.Create(same.Key, (string?)same.Last().Value))).Build());
}
