using System.Globalization;
using MessageBoard.Shared.Telemetry;
using StackExchange.Redis;

namespace MessageBoard.Shared.Events;

/// <summary>
/// Counts of API calls in Redis, for statistics where there is no Kafka: a hash for each minute, of all and of each user, which is gone
/// when no window reaches back to it. Its size depends on the number of routes, not on that of calls.
/// </summary>
public static class CallCounts
{
    /// <summary>How long a minute is kept after its last call: the longest window, and what a minute may be told late.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(33);

    /// <summary>The hash of a minute's calls; of one user, or with null of all.</summary>
    /// <param name="user">The user.</param>
    /// <param name="minute">Minutes since 1970 (UTC).</param>
    public static string Key(string? user, long minute) =>
        string.Create(CultureInfo.InvariantCulture, $"api_stats:{minute}{(user is null ? "" : $":user:{user}")}");

    /// <summary>The minute of a time.</summary>
    public static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    /// <summary>Adds calls, each to its minute.</summary>
    public static void Add(ITransaction transaction, IEnumerable<ApiCall> calls)
    {
        foreach (var minute in calls.SelectMany(Keyed).GroupBy(keyed => keyed.Key, keyed => keyed.Call))
        {
            foreach (var (field, count) in minute.SelectMany(FieldsOf).CountBy(field => field))
                _ = transaction.HashIncrementAsync(minute.Key, field.ToString(), count);

            _ = transaction.KeyExpireAsync(minute.Key, Kept);
        }

        static IEnumerable<(string Key, ApiCall Call)> Keyed(ApiCall call)
        {
            var minute = MinuteOf(call.Time);
            yield return (Key(null, minute), call);
            if (call.User is not null)
                yield return (Key(call.User, minute), call);
        }
    }

    private static IEnumerable<CallCountField> FieldsOf(ApiCall call)
    {
        yield return new(
            call.IsPing, CallCountField.Duration, DurationSteps.Of(call.DurationMs).ToString(CultureInfo.InvariantCulture));
        yield return new(call.IsPing, CallCountField.Route, call.Route);
        if (call.IsError)
            yield return new(call.IsPing, CallCountField.Errors, "");

        if (call.IsError && call.AnsweredBy == ApiCall.ByMesh)
            yield return new(call.IsPing, CallCountField.MeshErrors, "");
    }
}

/// <summary>A field of such a hash, as <c>calls:route:/api/messages</c> or <c>pings:duration:-4</c>.</summary>
/// <param name="IsPing">Whether it counts pings, or all other calls.</param>
/// <param name="What">What of them: one of this type's words.</param>
/// <param name="Value">Which of these.</param>
public readonly record struct CallCountField(bool IsPing, string What, string Value)
{
    /// <summary>How many have taken so long (<see cref="DurationSteps"/>); each call is in one of them.</summary>
    public const string Duration = "duration";

    /// <summary>How many were of this route.</summary>
    public const string Route = "route";

    /// <summary>How many ended with a 5xx status.</summary>
    public const string Errors = "errors";

    /// <summary>How many of those the mesh answered itself.</summary>
    public const string MeshErrors = "mesh-errors";

    private const string Pings = "pings", Calls = "calls";

    /// <summary>Reads a field's name; of what is none, the words are empty.</summary>
    public static CallCountField Parse(string name) =>
        name.Split(':', 3) is [var kind, var what, var value] ? new(kind == Pings, what, value) : default;

    /// <summary>The field's name.</summary>
    public override string ToString() => $"{(IsPing ? Pings : Calls)}:{What}:{Value}";
}
