using System.Globalization;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using StackExchange.Redis;

namespace MessageBoard.LogService.Calls;

/// <summary>
/// Figures from the counts in Redis, for where Kafka is off. A window is as long as it says, and as much of a minute more as has passed
/// of this one.
/// </summary>
internal sealed class CountedCalls(Redis redis, TimeProvider clock)
{
    /// <summary>Figures of each of some windows, in minutes, of the calls that a filter lets through: user and pings count.</summary>
    public async Task<IReadOnlyList<CallStats>> StatsAsync(CallFilter filter, int[] windows)
    {
        var now = CallCounts.MinuteOf(clock.GetUtcNow());
        var minutes = await redis.RunAsync(redis => Task.WhenAll(Enumerable.Range(0, windows.Max() + 1)
            .Select(ago => redis.HashGetAllAsync(CallCounts.Key(filter.User, now - ago)))));
        return [.. windows.Select(window => Sum(window, [.. minutes.Take(window + 1).SelectMany(FieldsOf)]))];

        IEnumerable<(CallCountField Field, long Count)> FieldsOf(HashEntry[] minute) => minute
            .Select(entry => (Field: CallCountField.Parse(entry.Name!), Count: (long)entry.Value))
            .Where(counted => filter.Pings || !counted.Field.IsPing);
    }

    private static CallStats Sum(int minutes, IReadOnlyList<(CallCountField Field, long Count)> counts)
    {
        (int Step, long Count)[] durations = [.. Of(CallCountField.Duration)
            .Select(counted => (int.Parse(counted.Field.Value, CultureInfo.InvariantCulture), counted.Count))];
        var paths = Of(CallCountField.Route)
            .GroupBy(
                counted => counted.Field.Value,
                (path, counted) => new PathCount { Path = path, Requests = counted.Sum(one => one.Count) })
            .OrderByDescending(path => path.Requests)
            .ThenBy(path => path.Path, StringComparer.Ordinal)
            .Take(CallStats.BusiestPaths);
        return new(
            minutes, durations.Sum(step => step.Count), Of(CallCountField.Errors).Sum(counted => counted.Count),
            Of(CallCountField.MeshErrors).Sum(counted => counted.Count), DurationSteps.P95(durations), [.. paths]);

        IEnumerable<(CallCountField Field, long Count)> Of(string what) => counts.Where(counted => counted.Field.What == what);
    }
}
