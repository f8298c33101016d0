using System.Collections.Concurrent;

namespace MessageBoard.Shared.Events;

/// <summary>Counts events that could not be kept, since the process has started.</summary>
public sealed class DroppedEvents
{
    /// <summary>Did not reach Redis.</summary>
    public const string Redis = "redis";

    /// <summary>Did not reach Kafka.</summary>
    public const string Kafka = "kafka";

    /// <summary>Came through Kafka, and were no calls.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Reasons { get; } = [Redis, Kafka, Unreadable];

    private readonly ConcurrentDictionary<string, long> _totals = [];

    /// <summary>How many, by why; without those of which there were none.</summary>
    public IEnumerable<KeyValuePair<string, long>> Totals => _totals;

    /// <summary>How many of one of <see cref="Reasons"/>.</summary>
    public long TotalOf(string why) => _totals.GetValueOrDefault(why);

    /// <summary>Counts some.</summary>
    /// <param name="why">One of this type's names.</param>
    /// <param name="count">How many.</param>
    public void Count(string why, int count = 1) =>
        _totals.AddOrUpdate(why, static (_, more) => more, static (_, total, more) => total + more, count);
}
