using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Editing;

/// <summary>
/// An edit of a service's default route, or of the canary before it, in the text of its VirtualService or, as far as that can say it, its
/// HTTPRoute.
/// </summary>
/// <param name="What">What it is for, as it stands with the version that it makes.</param>
public abstract record RouteEdit(string What)
{
    /// <summary>Whether there have to be weights.</summary>
    internal virtual bool IsOfWeights => false;

    /// <summary>What is wrong with it, by field; empty when nothing is.</summary>
    internal virtual Dictionary<string, string[]> Check(DefaultRoute current) => [];

    /// <summary>Changes the text.</summary>
    /// <exception cref="YamlEditException">It cannot be done safely.</exception>
    internal abstract void Apply(YamlEditor text, DefaultRoute current);

    /// <summary>The field that a refusal of the changed text is about.</summary>
    internal abstract string FieldOf(FieldPath? path);

    // Istio's own validation and Go read both 0.5s and 500ms; the first is what its documentation writes.
    private protected static YamlScalarNode Duration(TimeSpan duration) =>
        YamlWriter.Text($"{duration.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture)}s");

    private protected static FieldPath Routes => FieldPath.Spec["http"];

    private protected static Dictionary<string, string[]> NotOfHttpRoutes(string field, string what, DefaultRoute current) => new()
    {
        [field] = [$"cannot be set: {current.Service} steers this service, and an HTTPRoute has no {what}."],
    };
}

/// <summary>Sets the weights.</summary>
/// <param name="Weights">Whole percents by subset or backend's cluster, adding up to 100.</param>
public sealed record WeightsEdit(IReadOnlyDictionary<string, int> Weights) : RouteEdit("weights")
{
    internal override bool IsOfWeights => true;

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
            text.Set(
                current.Path[current.IsHttpRoutes ? "backendRefs" : "route"][index++]["weight"], YamlWriter.Number(Weights[subset]));
    }

    internal override string FieldOf(FieldPath? path) => "weights";
}

/// <summary>Sends requests with <c>x-canary: true</c> to a subset.</summary>
/// <param name="Subset">The subset; null to send them where all go.</param>
public sealed record CanaryEdit(string? Subset) : RouteEdit("canary")
{
    internal override Dictionary<string, string[]> Check(DefaultRoute current)
    {
        if (current.IsHttpRoutes)
            return NotOfHttpRoutes("subset", "subsets", current);

        if (current.HasOtherCanary)
            return Error(
                $"cannot be set: the VirtualService has a route '{RouteRules.CanaryRoute}' that is no plain canary; edit the YAML.");

        if (Subset is "")
            return Error("has to be a subset's name, or null.");

        return current.Host is null ? Error("cannot be set: the default route has no destination.") : [];

        static Dictionary<string, string[]> Error(string message) => new() { ["subset"] = [message] };
    }

    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        if (Subset is not null && current.CanaryIndex is { } there)
            text.Set(Routes[there]["route"][0]["destination"]["subset"], YamlWriter.Text(Subset));
        else if (Subset is not null)
            text.Insert(Routes[current.Index], NewRoute(current.Host!, Subset));
        else if (current.CanaryIndex is { } index)
            text.Remove(Routes[index]);
    }

    internal override string FieldOf(FieldPath? path) => "subset";

    private static YamlMappingNode NewRoute(string host, string subset) => YamlWriter.Map(
        ("name", YamlWriter.Text(RouteRules.CanaryRoute)),
        ("match", new YamlSequenceNode(
            YamlWriter.Map(("headers", YamlWriter.Map((RouteRules.CanaryHeader, YamlWriter.Map(("exact", YamlWriter.Text("true"))))))))),
        ("route", new YamlSequenceNode(
            YamlWriter.Map(("destination", YamlWriter.Map(("host", YamlWriter.Text(host)), ("subset", YamlWriter.Text(subset))))))));
}

/// <summary>Sets the faults that are injected.</summary>
/// <param name="Delay">Makes requests late; null for none.</param>
/// <param name="Abort">Makes requests fail; null for none.</param>
public sealed record FaultEdit(FaultDelay? Delay, FaultAbort? Abort) : RouteEdit("fault")
{
    internal override Dictionary<string, string[]> Check(DefaultRoute current) =>
        current.IsHttpRoutes && (Delay is not null || Abort is not null) ? NotOfHttpRoutes("fault", "faults", current) : [];

    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        var delay = Delay is null
            ? null
            : YamlWriter.Map(("fixedDelay", Duration(Delay.Duration)), ("percentage", Percentage(Delay.Percentage)));
        var abort = Abort is null
            ? null
            : YamlWriter.Map(("httpStatus", YamlWriter.Number(Abort.Status)), ("percentage", Percentage(Abort.Percentage)));
        var fault = Routes[current.Index]["fault"];
        if (text.Find(fault) is null)
        {
            if (delay is not null || abort is not null)
                text.Set(fault, YamlWriter.Map(("delay", delay), ("abort", abort)));
        }
        else if (delay is null && abort is null)
        {
            text.Remove(fault);
        }
        else
        {
            // What is added comes first, so that there is always something left.
            if (delay is not null && Delay != current.Rules.Fault?.Delay)
                Merge(text, fault["delay"], delay, "percent");
            if (abort is not null && Abort != current.Rules.Fault?.Abort)
                Merge(text, fault["abort"], abort, "percent", "grpcStatus");
            if (delay is null)
                text.Remove(fault["delay"]);
            if (abort is null)
                text.Remove(fault["abort"]);
        }
    }

    internal override string FieldOf(FieldPath? path) => path switch
    {
        null => "fault",
        { Name: "abort" or "delay" } => path.Name,
        _ => FieldOf(path.Parent),
    };

    private static YamlMappingNode Percentage(double percentage) => YamlWriter.Map(("value", YamlWriter.Number(percentage)));

    // Sets the keys one by one, so that the comments on those that stay do so too.
    private static void Merge(YamlEditor text, FieldPath fault, YamlMappingNode wanted, params string[] unwanted)
    {
        if (text.Find(fault) is null)
        {
            text.Set(fault, wanted);
            return;
        }

        foreach (var (name, value) in wanted.Children)
        {
            var child = fault[((YamlScalarNode)name).Value!];
            if (value is YamlMappingNode percentage && text.Find(child) is not null)
                text.Set(child["value"], percentage.Children["value"]);
            else
                text.Set(child, value);
        }

        foreach (var child in unwanted)
            text.Remove(fault[child]);
    }
}

/// <summary>Sets timeout and retries.</summary>
/// <param name="Timeout">For the whole request; null for no limit.</param>
/// <param name="Retries">How to try again; null for Istio's default.</param>
public sealed record ResilienceEdit(TimeSpan? Timeout, RetryEdit? Retries) : RouteEdit("resilience")
{
    internal override Dictionary<string, string[]> Check(DefaultRoute current) =>
        current.IsHttpRoutes && Retries is not null ? NotOfHttpRoutes("retries", "retries", current) : [];

    internal override void Apply(YamlEditor text, DefaultRoute current)
    {
        if (current.IsHttpRoutes)
        {
            ApplyTimeout(text, current);
            return;
        }

        var (timeout, retries) = (Routes[current.Index]["timeout"], Routes[current.Index]["retries"]);
        SetOrRemove(text, timeout, Timeout is { } whole ? Duration(whole) : null, Timeout == current.Rules.Timeout);
        if (Retries is null)
        {
            SetOrRemove(text, retries, null, current.Rules.Retries is null);
            return;
        }

        var attempts = YamlWriter.Number(Retries.Attempts);
        var perTry = Retries.PerTryTimeout is { } limit ? Duration(limit) : null;
        var on = Retries.On is { } words ? YamlWriter.Text(words) : null;
        if (text.Find(retries) is null)
        {
            text.Set(retries, YamlWriter.Map(("attempts", attempts), ("perTryTimeout", perTry), ("retryOn", on)));
            return;
        }

        // The other keys, such as backoff, stay as they are.
        SetOrRemove(text, retries["attempts"], attempts, Retries.Attempts == current.Rules.Retries?.Attempts);
        SetOrRemove(text, retries["perTryTimeout"], perTry, Retries.PerTryTimeout == current.Rules.Retries?.PerTryTimeout);
        SetOrRemove(text, retries["retryOn"], on, Retries.On is not null && Retries.On == current.Rules.RetryOn);
    }

    internal override string FieldOf(FieldPath? path) => path?.Name switch
    {
        "retryOn" => "retries.retryOn",
        "perTryTimeout" => "retries.perTryTimeoutSeconds",
        "attempts" => "retries.attempts",
        "timeout" or "timeouts" => "timeoutSeconds",
        _ => path is null ? "retries" : FieldOf(path.Parent),
    };

    private void ApplyTimeout(YamlEditor text, DefaultRoute current)
    {
        if (Timeout == current.Rules.Timeout)
            return;

        var timeouts = current.Path["timeouts"];
        if (text.Find(timeouts["backendRequest"]) is not null)
            throw new YamlEditException($"{timeouts} has a backendRequest, which counts in its place; edit the YAML");

        if (Timeout is null)
            text.Remove(timeouts);
        else if (text.Find(timeouts) is null)
            text.Set(timeouts, YamlWriter.Map(("request", YamlWriter.Text(GatewayDuration(Timeout.Value)))));
        else
            text.Set(timeouts["request"], YamlWriter.Text(GatewayDuration(Timeout.Value)));
    }

    // Without fractions: https://gateway-api.sigs.k8s.io/geps/gep-2257/
    private static string GatewayDuration(TimeSpan time) => string.Concat(
        ((ReadOnlySpan<(int Count, string Unit)>)
            [((int)time.TotalHours, "h"), (time.Minutes, "m"), (time.Seconds, "s"), (time.Milliseconds, "ms")]).ToArray()
        .Where(part => part.Count > 0).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count}{part.Unit}")));

    private static void SetOrRemove(YamlEditor text, FieldPath path, YamlNode? value, bool isSo)
    {
        if (isSo)
            return;

        if (value is not null)
            text.Set(path, value);
        else if (text.Find(path) is not null)
            text.Remove(path);
    }
}

/// <summary>How to try again.</summary>
/// <param name="Attempts">How many tries there may be after the first.</param>
/// <param name="PerTryTimeout">For one try; null for the route's.</param>
/// <param name="On">What is tried again, in Envoy's words separated by commas; null for Istio's default.</param>
public sealed record RetryEdit(int Attempts, TimeSpan? PerTryTimeout, string? On);
