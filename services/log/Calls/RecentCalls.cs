using System.Text.Json;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;

namespace MessageBoard.LogService.Calls;

/// <summary>The newest calls as the Redis list has them.</summary>
internal sealed class RecentCalls(Redis redis)
{
    /// <summary>The newest calls, newest first; of one user, or with null of all.</summary>
    public async Task<IReadOnlyList<ApiCall>> NewestAsync(string? user, int limit)
    {
        var items = await redis.RunAsync(redis => redis.ListRangeAsync(RedisEventSink.ListKey));
        return [.. items
            .Select(item => JsonSerializer.Deserialize<ApiCall>((string)item!, JsonSerializerOptions.Web)!)
            .DistinctBy(call => call.Id) // sent again when the answer to the first sending was lost
            .Where(call => user is null || call.User == user)
            .OrderByDescending(call => call.Time)
            .Take(limit)];
    }

    /// <summary>How many calls all processes together could not keep.</summary>
    public async Task<Dropped> DroppedAsync()
    {
        var counts = await redis.RunAsync(redis => redis.HashGetAsync(RedisEventSink.DroppedKey, ["redis", "kafka"]));
        return new((long)counts[0], (long)counts[1]);
    }
}

/// <summary>How many calls were dropped while their sink was away.</summary>
internal sealed record Dropped(long Redis, long Kafka);
