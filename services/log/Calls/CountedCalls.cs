using System.Globalization;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
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
        var requests = Of(CallCountField.Duration).Sum(counted => counted.Count);
        var paths = Of(CallCountField.Route)
            .GroupBy(
                counted => counted.Field.Value,
                (path, counted) => new PathCount { Path = path, Requests = counted.Sum(one => one.Count) })
            .OrderByDescending(path => path.Requests)
            .ThenBy(path => path.Path, StringComparer.Ordinal)
            .Take(CallStats.BusiestPaths);
        return new(
            minutes, requests, Of(CallCountField.Errors).Sum(counted => counted.Count),
            Of(CallCountField.MeshErrors).Sum(counted => counted.Count), P95(requests), [.. paths]);

        IEnumerable<(CallCountField Field, long Count)> Of(string what) => counts.Where(counted => counted.Field.What == what);

        double? P95(long requests)
        {
            var rank = (long)Math.Ceiling(requests * 0.95);
            foreach (var step in Of(CallCountField.Duration)
                .GroupBy(counted => int.Parse(counted.Field.Value, CultureInfo.InvariantCulture), counted => counted.Count)
                .OrderBy(step => step.Key))
            {
                rank -= step.Sum();
                if (rank <= 0)
                    return CallCounts.MsOf(step.Key);
            }

            return null;
        }
    }
}
