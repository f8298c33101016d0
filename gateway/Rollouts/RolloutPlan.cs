namespace MessageBoard.Gateway.Rollouts;

/// <summary>What a roll-out is to do.</summary>
/// <param name="ToCluster">The cluster whose share grows.</param>
/// <param name="Steps">Its shares, in percent: rising.</param>
/// <param name="WaitSeconds">How long a step is watched, in s.</param>
/// <param name="LimitSeconds">How long it waits for requests, in s.</param>
/// <param name="MinRequests">How many requests a step has to see at the target.</param>
/// <param name="MaxErrorPercent">The largest share of them that may fail.</param>
/// <param name="MaxP95Ratio">How many times the other cluster's 95th percentile the target's may be; null for any.</param>
internal sealed record RolloutPlan(
    string ToCluster, IReadOnlyList<int> Steps, int WaitSeconds, int LimitSeconds, int MinRequests, double MaxErrorPercent,
    double? MaxP95Ratio)
{
    private const int MaxSteps = 20, MaxWait = 86_400, WaitsForRequests = 10, MostRequests = 1_000_000;
    private const double MaxRatio = 100;

    /// <summary>Reads a plan; null when something is wrong with it.</summary>
    /// <param name="body">What is asked for.</param>
    /// <param name="weights">The weights as they are.</param>
    /// <param name="errors">Gets what is wrong, by field.</param>
    public static RolloutPlan? Read(RolloutEndpoints.RolloutBody body, IReadOnlyDictionary<string, int> weights, FieldErrors errors)
    {
        var (wait, requests) = (Whole(body.WaitSeconds), Whole(body.MinRequests));
        var limit = body.LimitSeconds is null ? wait * WaitsForRequests : Whole(body.LimitSeconds);
        var (percent, ratio) = (Number(body.MaxErrorPercent), Number(body.MaxP95Ratio));
        errors.Require("toCluster", body.ToCluster is { } to && weights.ContainsKey(to), $"has to be {string.Join(" or ", weights.Keys)}.");
        errors.Require("waitSeconds", wait is >= 1 and <= MaxWait, $"has to be a whole number from 1 to {MaxWait}.");
        errors.Require(
            "limitSeconds", body.LimitSeconds is null || (limit is >= 1 and <= MaxWait * WaitsForRequests && limit >= (wait ?? 1)),
            $"has to be a whole number from waitSeconds to {MaxWait * WaitsForRequests}.");
        errors.Require("minRequests", requests is >= 1 and <= MostRequests, $"has to be a whole number from 1 to {MostRequests}.");
        errors.Require("maxErrorPercent", percent is >= 0 and <= 100, "has to be a number from 0 to 100.");
        errors.Require(
            "maxP95Ratio", body.MaxP95Ratio is null or { ValueKind: JsonValueKind.Null } || ratio is >= 1 and <= MaxRatio,
            $"has to be a number from 1 to {MaxRatio}, or null.");
        var steps = body.Steps?.Select(step => Whole(step) ?? 0).ToList() ?? [];
        errors.Require(
            "steps",
            steps.Count is >= 1 and <= MaxSteps && steps[0] >= 1 && steps[^1] <= 100
                && steps.Zip(steps.Skip(1)).All(pair => pair.First < pair.Second),
            $"have to be 1 to {MaxSteps} whole numbers from 1 to 100, each larger than the one before.");
        return errors.IsEmpty ? new(body.ToCluster!, steps, wait!.Value, limit!.Value, requests!.Value, percent!.Value, ratio) : null;
    }

    /// <summary>The weights of a step.</summary>
    public Dictionary<string, int> WeightsAt(int step, IEnumerable<string> clusters) =>
        clusters.ToDictionary(cluster => cluster, cluster => cluster == ToCluster ? Steps[step] : 100 - Steps[step]);

    // Not by the JSON binder, which knows no 422 and would stop at the first wrong one.
    private static int? Whole(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var whole) ? whole : null;

    private static double? Number(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var read) ? read : null;
}

/// <summary>What is wrong with a body, by field.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>Whether nothing is.</summary>
    public bool IsEmpty => _errors.Count == 0;

    /// <summary>The errors.</summary>
    public IReadOnlyDictionary<string, string[]> All => _errors;

    /// <summary>Notes a rule that is not kept.</summary>
    public void Require(string field, bool isMet, string rule)
    {
        if (!isMet)
            _errors[field] = [rule];
    }
}
