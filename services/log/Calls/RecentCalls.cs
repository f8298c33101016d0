using MessageBoard.Shared.Events;
using MessageBoard.Shared.Stores;
using StackExchange.Redis;

namespace MessageBoard.LogService.Calls;

/// <summary>The newest calls as the Redis list has them.</summary>
internal sealed class RecentCalls(Redis redis)
{
    /// <summary>The newest calls that a filter lets through, newest first.</summary>
    public async Task<IReadOnlyList<ApiCall>> NewestAsync(CallFilter filter, int limit)
    {
        var items = await ReadAsync(pings: false);
        if (filter.Pings)
            items = [.. items, .. await ReadAsync(pings: true)];

        return [.. items
            .Select(item => ApiCall.Read((byte[]?)item, out _))
            .OfType<ApiCall>()
            .Where(filter.Matches)
            .DistinctBy(call => call.Id) // sent again when the answer to the first sending was lost
            .OrderByDescending(call => call.Time)
            .Take(limit)];

        Task<RedisValue[]> ReadAsync(bool pings) =>
            redis.RunAsync(redis => redis.ListRangeAsync(RedisEventSink.ListKey(filter.User, pings)));
    }

    /// <summary>How many calls all processes together could not keep.</summary>
    public async Task<Dropped> DroppedAsync()
    {
        var counts = await redis.RunAsync(redis => redis.HashGetAllAsync(RedisEventSink.DroppedKey));
        return new(Sum(DroppedEvents.Redis), Sum(DroppedEvents.Kafka), Sum(DroppedEvents.Unreadable));

        long Sum(string why) => counts.Where(count => RedisEventSink.CountField(count.Name!) == why).Sum(count => (long)count.Value);
    }
}

/// <summary>How many calls were dropped while their sink was away; how many records of Kafka's topic were no calls.</summary>
internal sealed record Dropped(long Redis, long Kafka, long Unreadable);
