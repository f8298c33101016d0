using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Rollouts;

/// <summary>
/// A roll-out as it stands in its resource's annotation, written in the same edit as the weights: so a gateway that comes up goes on, and
/// of several one makes each step.
/// </summary>
/// <param name="Plan">What it is to do.</param>
/// <param name="Step">The place of the step in force.</param>
/// <param name="State">How it is.</param>
/// <param name="Since">Since when that is so.</param>
/// <param name="User">Who began it.</param>
/// <param name="Before">The weights before it.</param>
/// <param name="Reason">Why it has ended before its end; null when it has not.</param>
/// <param name="Spec">The digest of the spec that was written with it: another means that somebody else has edited it.</param>
internal sealed record RolloutRecord(
    RolloutPlan Plan, int Step, RolloutState State, DateTimeOffset Since, string User, IReadOnlyDictionary<string, int> Before,
    RolloutReason? Reason, string Spec)
{
    /// <summary>The roll-out that a resource tells of; null when there is none.</summary>
    public static RolloutRecord? Read(ResourceText text)
    {
        try
        {
            return text.Annotation(RolloutEdit.AnnotationName) is { } json
                && JsonSerializer.Deserialize(json, RolloutJson.Default.RolloutRecord) is { } record && record.IsWhole() ? record : null;
        }
        catch (JsonException)
        {
            return null; // somebody else's, or written by hand
        }
    }

    /// <summary>Whether the resource is what this wrote, and nobody has gone back to it.</summary>
    public bool IsOf(ResourceText text) => Spec == text.SpecDigest && text.Versions is not [{ What: EditOrigin.Undo }, ..];

    /// <summary>The annotation's text.</summary>
    /// <param name="spec">The digest of the spec that is written with it.</param>
    public string Write(string spec) => JsonSerializer.Serialize(this with { Spec = spec }, RolloutJson.Default.RolloutRecord);

    /// <summary>As the API tells it.</summary>
    /// <param name="service">The service.</param>
    /// <param name="counter">What was counted; null when it has ended.</param>
    public Rollout Of(string service, RolloutCounter? counter)
    {
        var isRunning = State == RolloutState.Running;
        var (target, other) = isRunning && counter is not null ? counter.Read() : (null, null);
        return new(
            service, Plan.ToCluster, Plan.Steps, Step, State, Since, isRunning ? Since.AddSeconds(Plan.WaitSeconds) : null,
            Plan.WaitSeconds, Plan.LimitSeconds, Plan.MinRequests, Plan.MaxErrorPercent, Plan.MaxP95Ratio, User, Reason, Before, target,
            other);
    }

    // Anybody may have written it.
    private bool IsWhole() => Plan is { ToCluster: not null, Steps.Count: > 0, WaitSeconds: > 0 } && Step >= 0 && Step < Plan.Steps.Count
        && Before is { Count: 2 } && Before.ContainsKey(Plan.ToCluster) && User is not null && Spec is not null
        && (Reason is null || Reason is { Code: not null, Detail: not null });
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RolloutRecord))]
internal sealed partial class RolloutJson : JsonSerializerContext;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RolloutList))]
internal sealed partial class RolloutEventJson : JsonSerializerContext;
