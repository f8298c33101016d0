using System.Globalization;
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
        var items = (string?[]?)await redis.ExecuteAsync("LRANGE", RedisEventSink.ListKey, 0, -1) ?? [];
        return [.. items
            .Select(item => JsonSerializer.Deserialize<ApiCall>(item!, JsonSerializerOptions.Web)!)
            .Where(call => user is null || call.User == user)
            .OrderByDescending(call => call.Time)
            .Take(limit)];
    }

    /// <summary>How many calls all processes together could not keep.</summary>
    public async Task<Dropped> DroppedAsync()
    {
        var counts = (string?[]?)await redis.ExecuteAsync("HMGET", RedisEventSink.DroppedKey, "redis", "kafka") ?? [null, null];
        return new(Parse(counts[0]), Parse(counts[1]));

        static long Parse(string? count) => count is null ? 0 : long.Parse(count, CultureInfo.InvariantCulture);
    }
}

/// <summary>How many calls were dropped while their sink was away.</summary>
internal sealed record Dropped(long Redis, long Kafka);
