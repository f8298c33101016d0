using System.Globalization;
using MessageBoard.Mesh.Resources;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Configuration;

/// <summary>An edit of a service's default route, or of the canary before it, in the text of its VirtualService.</summary>
/// <param name="Reason">What it is for, as it stands with the version that it replaces.</param>
public abstract record RouteEdit(string Reason)
{
    /// <summary>What is wrong with it, by field; empty when nothing is.</summary>
    internal virtual Dictionary<string, string[]> Check(DefaultRoute current) => [];

    /// <summary>Changes the text.</summary>
    /// <exception cref="YamlEditException">It cannot be done safely.</exception>
    internal abstract void Apply(YamlEditor text, DefaultRoute current);

    /// <summary>The field that a refusal of the changed text is about.</summary>
    internal abstract string FieldOf(string message);

    // Istio's own validation and Go read both 0.5s and 500ms; the first is what its documentation writes.
    private protected static YamlScalarNode Duration(TimeSpan duration) => YamlWriter.Text($"{duration.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture)}s");

    private protected static YamlStep[] Route(int index, params YamlStep[] path) => ["spec", "http", index, .. path];
}

/// <summary>Sets the weights.</summary>
/// <param name="Weights">Whole percents by subset, adding up to 100.</param>
public sealed record WeightsEdit(IReadOnlyDictionary<string, int> Weights) : RouteEdit("weights")
{
    internal override Dictionary<string, string[]> Check(DefaultRoute current)
    {
        var errors = new Dictionary<string, string[]>();
        var there = current.Weights!.Keys.ToList();
        foreach (var (subset, weight) in Weights)
        {
            if (!there.Contains(subset))
                errors[$"weights.{subset}"] = [$"is no destination of this route; there are {string.Join(" and ", there)}."];
            else if (weight is < 0 or > 100)
                errors[$"weights.{subset}"] = ["has to be a whole number from 0 to 100."];
        }

        foreach (var subset in there.Where(subset => !Weights.ContainsKey(subset)))
            errors[$"weights.{subset}"] = ["is missing."];

        if (errors.Count == 0 && Weights.Values.Sum() is not 100 and var sum)
            errors["weights"] = [$"have to add up to 100, not {sum}."];

        return errors;
    }

    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        var index = 0;
        foreach (var subset in current.Weights!.Keys) // in the order of the destinations
            text.Set(Route(current.Index, "route", index++), "weight", YamlWriter.Number(Weights[subset]));
    }

    internal override string FieldOf(string message) => "weights";
}

/// <summary>Sends requests with <c>x-canary: true</c> to a subset.</summary>
/// <param name="Subset">The subset; null to send them where all go.</param>
public sealed record CanaryEdit(string? Subset) : RouteEdit("canary")
{
    internal override Dictionary<string, string[]> Check(DefaultRoute current)
    {
        if (current.HasOtherCanary)
            return Error($"cannot be set: the VirtualService has a route '{RouteRules.CanaryRoute}' that is no plain canary; edit the YAML.");

        if (Subset is "")
            return Error("has to be a subset's name, or null.");

        return current.Host is null ? Error("cannot be set: the default route has no destination.") : [];

        static Dictionary<string, string[]> Error(string message) => new() { ["subset"] = [message] };
    }

    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        if (Subset is not null && current.CanaryIndex is { } there)
            text.Set(Route(there, "route", 0, "destination"), "subset", YamlWriter.Text(Subset));
        else if (Subset is not null)
            text.Insert(["spec", "http"], current.Index, NewRoute(current.Host!, Subset));
        else if (current.CanaryIndex is { } index)
            text.RemoveItem(["spec", "http"], index);
    }

    internal override string FieldOf(string message) => "subset";

    private static YamlMappingNode NewRoute(string host, string subset) => YamlWriter.Map(
        ("name", YamlWriter.Text(RouteRules.CanaryRoute)),
        ("match", new YamlSequenceNode(YamlWriter.Map(("headers", YamlWriter.Map((RouteRules.CanaryHeader, YamlWriter.Map(("exact", YamlWriter.Text("true"))))))))),
        ("route", new YamlSequenceNode(YamlWriter.Map(("destination", YamlWriter.Map(("host", YamlWriter.Text(host)), ("subset", YamlWriter.Text(subset))))))));
}

/// <summary>Sets the faults that are injected.</summary>
/// <param name="Delay">Makes requests late; null for none.</param>
/// <param name="Abort">Makes requests fail; null for none.</param>
public sealed record FaultEdit(FaultDelay? Delay, FaultAbort? Abort) : RouteEdit("fault")
{
    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        var delay = Delay is null ? null : YamlWriter.Map(("fixedDelay", Duration(Delay.Duration)), ("percentage", Percentage(Delay.Percentage)));
        var abort = Abort is null ? null : YamlWriter.Map(("httpStatus", YamlWriter.Number(Abort.Status)), ("percentage", Percentage(Abort.Percentage)));
        if (delay is null && abort is null)
        {
            if (text.Find(Route(current.Index, "fault")) is not null)
                text.Remove(Route(current.Index), "fault");
        }
        else if (text.Find(Route(current.Index, "fault")) is null)
        {
            text.Set(Route(current.Index), "fault", YamlWriter.Map(("delay", delay), ("abort", abort)));
        }
        else
        {
            // What is added comes first, so that there is always something left.
            if (delay is not null && Delay != current.Rules.Fault?.Delay)
                Merge(text, Route(current.Index, "fault"), "delay", delay, "percent");
            if (abort is not null && Abort != current.Rules.Fault?.Abort)
                Merge(text, Route(current.Index, "fault"), "abort", abort, "percent", "grpcStatus");
            if (delay is null)
                text.Remove(Route(current.Index, "fault"), "delay");
            if (abort is null)
                text.Remove(Route(current.Index, "fault"), "abort");
        }
    }

    internal override string FieldOf(string message) =>
        message.Contains(".abort", StringComparison.Ordinal) ? "abort" : message.Contains(".delay", StringComparison.Ordinal) ? "delay" : "fault";

    private static YamlMappingNode Percentage(double percentage) => YamlWriter.Map(("value", YamlWriter.Number(percentage)));

    // Sets the keys one by one, so that the comments on those that stay do so too.
    private static void Merge(YamlEditor text, YamlStep[] fault, string key, YamlMappingNode wanted, params string[] unwanted)
    {
        if (text.Find([.. fault, key]) is null)
        {
            text.Set(fault, key, wanted);
            return;
        }

        foreach (var (name, value) in wanted.Children)
        {
            var child = ((YamlScalarNode)name).Value!;
            if (value is YamlMappingNode && text.Find([.. fault, key, child]) is not null)
                text.Set([.. fault, key, child], "value", ((YamlMappingNode)value).Children["value"]);
            else
                text.Set([.. fault, key], child, value);
        }

        foreach (var child in unwanted)
            text.Remove([.. fault, key], child);
    }
}

/// <summary>Sets timeout and retries.</summary>
/// <param name="Timeout">For the whole request; null for no limit.</param>
/// <param name="Retries">How to try again; null for Istio's default.</param>
public sealed record ResilienceEdit(TimeSpan? Timeout, RetryEdit? Retries) : RouteEdit("resilience")
{
    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        var route = Route(current.Index);
        SetOrRemove(text, route, "timeout", Timeout is { } timeout ? Duration(timeout) : null, Timeout == current.Rules.Timeout);
        if (Retries is null)
        {
            SetOrRemove(text, route, "retries", null, current.Rules.Retries is null);
            return;
        }

        var (attempts, perTry, on) = (YamlWriter.Number(Retries.Attempts), Retries.PerTryTimeout is { } limit ? Duration(limit) : null, Retries.On is { } words ? YamlWriter.Text(words) : null);
        if (text.Find([.. route, "retries"]) is null)
        {
            text.Set(route, "retries", YamlWriter.Map(("attempts", attempts), ("perTryTimeout", perTry), ("retryOn", on)));
            return;
        }

        // The other keys, such as backoff, stay as they are.
        YamlStep[] retries = [.. route, "retries"];
        SetOrRemove(text, retries, "attempts", attempts, Retries.Attempts == current.Rules.Retries?.Attempts);
        SetOrRemove(text, retries, "perTryTimeout", perTry, Retries.PerTryTimeout == current.Rules.Retries?.PerTryTimeout);
        SetOrRemove(text, retries, "retryOn", on, Retries.On is not null && Retries.On == current.Rules.RetryOn);
    }

    internal override string FieldOf(string message) => message switch
    {
        _ when message.Contains(".retryOn", StringComparison.Ordinal) => "retries.retryOn",
        _ when message.Contains(".perTryTimeout", StringComparison.Ordinal) => "retries.perTryTimeoutSeconds",
        _ when message.Contains(".attempts", StringComparison.Ordinal) => "retries.attempts",
        _ when message.Contains(".timeout", StringComparison.Ordinal) => "timeoutSeconds",
        _ => "retries",
    };

    private static void SetOrRemove(YamlEditor text, YamlStep[] path, string key, YamlNode? value, bool isSo)
    {
        if (isSo)
            return;

        if (value is not null)
            text.Set(path, key, value);
        else if (text.Find([.. path, key]) is not null)
            text.Remove(path, key);
    }
}

/// <summary>How to try again.</summary>
/// <param name="Attempts">How many tries there may be after the first.</param>
/// <param name="PerTryTimeout">For one try; null for the route's.</param>
/// <param name="On">What is tried again, in Envoy's words separated by commas; null for Istio's default.</param>
public sealed record RetryEdit(int Attempts, TimeSpan? PerTryTimeout, string? On);
