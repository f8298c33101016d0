namespace MessageBoard.Gateway.Rollouts;

/// <summary>Decides what comes after a step.</summary>
internal static class RolloutJudge
{
    /// <summary>Judges a step.</summary>
    /// <param name="plan">What has to hold.</param>
    /// <param name="percent">The target's share.</param>
    /// <param name="target">What was counted at the target.</param>
    /// <param name="other">What was counted at the other cluster.</param>
    /// <param name="inForce">How long the step is in force.</param>
    /// <param name="counted">How long requests are counted.</param>
    public static Verdict Judge(
        RolloutPlan plan, int percent, RolloutTally target, RolloutTally other, TimeSpan inForce, TimeSpan counted)
    {
        // As soon as it is certain: all that is still waited for may go well.
        if (target.Errors * 100.0 > plan.MaxErrorPercent * Math.Max(target.Requests, plan.MinRequests))
            return new(RolloutReason.Of(
                RolloutReason.Errors,
                ("errors", target.Errors), ("requests", target.Requests), ("maxErrorPercent", plan.MaxErrorPercent)));

        // Where they are compared, both have to have shown enough; at 100 % there is nobody left to compare with.
        var isCompared = plan.MaxP95Ratio is not null && percent < 100;
        var isEnough = target.Requests >= plan.MinRequests && (!isCompared || other.Requests >= plan.MinRequests);
        if (isEnough && isCompared && target.P95Ms > plan.MaxP95Ratio * other.P95Ms)
            return new(RolloutReason.Of(
                RolloutReason.Slow,
                ("p95Ms", target.P95Ms.Value), ("otherP95Ms", other.P95Ms!.Value), ("maxP95Ratio", plan.MaxP95Ratio!.Value)));

        if (!isEnough && counted.TotalSeconds >= plan.LimitSeconds)
            return new(RolloutReason.Of(
                RolloutReason.TooFewRequests,
                ("requests", isCompared ? Math.Min(target.Requests, other.Requests) : target.Requests), ("minRequests", plan.MinRequests),
                ("seconds", (long)counted.TotalSeconds)));

        return new(isEnough && inForce.TotalSeconds >= plan.WaitSeconds);
    }

    /// <summary>What comes after a step.</summary>
    /// <param name="HasHeld">Whether the next one may come.</param>
    /// <param name="Broken">Why the weights have to be put back; null when they have not.</param>
    internal readonly record struct Verdict(bool HasHeld, RolloutReason? Broken)
    {
        public Verdict(bool hasHeld) : this(hasHeld, null)
        {
        }

        public Verdict(RolloutReason broken) : this(false, broken)
        {
        }
    }
}
