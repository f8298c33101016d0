using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Rollouts;

/// <summary>The roll-outs: the data of a <c>rollouts</c> event.</summary>
/// <param name="Rollouts">The last one of each service that had one, in the order of their names.</param>
public sealed record RolloutList(IReadOnlyList<Rollout> Rollouts);

/// <summary>A change of a service's weights in steps, and what has become of it.</summary>
/// <param name="Service">The service.</param>
/// <param name="ToCluster">The cluster whose share grows.</param>
/// <param name="Steps">Its shares, in percent.</param>
/// <param name="Step">The place of the step in force among them, from 0; at the end that of the last one.</param>
/// <param name="State">How it is.</param>
/// <param name="Since">Since when the step is in force, or when it ended.</param>
/// <param name="NextAt">When the step's wait is over, if all goes well and there were requests enough; null when it has ended.</param>
/// <param name="WaitSeconds">How long a step is watched, in s.</param>
/// <param name="LimitSeconds">How long it waits for requests, in s.</param>
/// <param name="MinRequests">How many requests a step has to see at the target.</param>
/// <param name="MaxErrorPercent">The largest share of them that may fail.</param>
/// <param name="MaxP95Ratio">How many times the other cluster's 95th percentile the target's may be; null for any.</param>
/// <param name="User">Who began it.</param>
/// <param name="Reason">Why it has ended before its end; null when it has not.</param>
/// <param name="Before">The weights before it.</param>
/// <param name="Target">What this gateway has counted at the target since the step began; null when it has ended.</param>
/// <param name="Other">The same at the other cluster.</param>
public sealed record Rollout(
    string Service, string ToCluster, IReadOnlyList<int> Steps, int Step, RolloutState State, DateTimeOffset Since, DateTimeOffset? NextAt,
    int WaitSeconds, int LimitSeconds, int MinRequests, double MaxErrorPercent, double? MaxP95Ratio, string User, RolloutReason? Reason,
    IReadOnlyDictionary<string, int> Before, RolloutTally? Target, RolloutTally? Other);

/// <summary>How a roll-out is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutState>))]
public enum RolloutState
{
    /// <summary>A step is in force and watched.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>The last step has held.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>A step did not hold: the weights are what they were before.</summary>
    [JsonStringEnumMemberName("broken")]
    Broken,

    /// <summary>Somebody has stopped it, or has edited the resource meanwhile.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,
}

/// <summary>Why a roll-out has ended before its end.</summary>
/// <param name="Code">One of the constants here.</param>
/// <param name="Detail">Its numbers and names, flat; the page makes the words.</param>
public sealed record RolloutReason(string Code, IReadOnlyDictionary<string, JsonElement> Detail)
{
    /// <summary>Too many failed: <c>errors</c> of <c>requests</c>, where <c>maxErrorPercent</c> was allowed.</summary>
    public const string Errors = "errors";

    /// <summary>The target was slow: <c>p95Ms</c> against <c>otherP95Ms</c>, where <c>maxP95Ratio</c> times that was allowed.</summary>
    public const string Slow = "slow";

    /// <summary>There were <c>requests</c> only, where <c>minRequests</c> were waited for, for <c>seconds</c>.</summary>
    public const string TooFewRequests = "tooFewRequests";

    /// <summary>Somebody else has edited the resource.</summary>
    public const string Edited = "edited";

    /// <summary>The mesh would not take the next step's weights.</summary>
    public const string Refused = "refused";

    /// <summary><c>user</c> has stopped it; <c>putBack</c> says whether the weights are what they were before.</summary>
    public const string Asked = "asked";

    /// <summary>A reason with what belongs to it.</summary>
    public static RolloutReason Of(string code, params (string Name, object Value)[] detail) =>
        new(code, detail.ToDictionary(each => each.Name, each => JsonSerializer.SerializeToElement(each.Value)));
}

/// <summary>What was counted at one cluster since a step began, of the requests that the weights drew.</summary>
/// <param name="Requests">All that were drawn for it.</param>
/// <param name="Errors">Those that ended with a 5xx status or that no pod answered, an injected abort too.</param>
/// <param name="P95Ms">The 95th percentile of the others' durations in ms, true to 5 %; null when there are none.</param>
public sealed record RolloutTally(long Requests, long Errors, double? P95Ms);
