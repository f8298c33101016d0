namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Reads for which workloads a policy is: <c>selector</c>, <c>targetRef</c> or <c>targetRefs</c>. Istio's
/// validateOneOfSelectorType, validateWorkloadSelector and validatePolicyTargetReference (pkg/config/validation/validation.go) and the
/// schemas of its CRDs.
/// </summary>
internal static class PolicyTargetReader
{
    private const int MaxReferences = 16, MaxLabels = 4096, MaxName = 253;

    private static readonly (string Group, string Kind)[] Targets =
    [
        ("", "Service"), ("core", "Service"), ("networking.istio.io", "ServiceEntry"), ("gateway.networking.k8s.io", "Gateway"),
        ("gateway.networking.k8s.io", "GatewayClass"),
    ];

    /// <summary>The labels that a workload has to have; none are all workloads.</summary>
    public static IReadOnlyDictionary<string, string> Read(YamlFields spec)
    {
        if ((spec.Has("selector") ? 1 : 0) + (spec.Has("targetRef") ? 1 : 0) + (spec.Has("targetRefs") ? 1 : 0) > 1)
            spec.Report(null, "has to have one of selector, targetRef and targetRefs");

        if (spec.Object("targetRef") is { } reference)
            CheckReference(reference);

        CheckReferences(spec);
        return ReadSelector(spec, "selector");
    }

    /// <summary>Checks <c>targetRefs</c>.</summary>
    public static void CheckReferences(YamlFields spec)
    {
        spec.AtMost("targetRefs", MaxReferences);
        foreach (var reference in spec.Objects("targetRefs"))
            CheckReference(reference);
    }

    /// <summary>Reads a selector with <c>matchLabels</c>.</summary>
    public static IReadOnlyDictionary<string, string> ReadSelector(YamlFields spec, string name)
    {
        if (spec.Object(name) is not { } selector)
            return new Dictionary<string, string>();

        selector.AtMost("matchLabels", MaxLabels);
        var labels = NameRules.ReadSelector(selector, "matchLabels");
        selector.Done();
        return labels;
    }

    private static void CheckReference(YamlFields reference)
    {
        var group = reference.Text("group") ?? "";
        var kind = reference.RequiredText("kind");
        if (kind is not null && !Targets.Contains((group, kind)))
            reference.Report("kind", $"'{group}/{kind}' cannot be meant: a Service, ServiceEntry, Gateway or GatewayClass");

        if (reference.RequiredText("name") is { Length: > MaxName })
            reference.Report("name", $"must not be longer than {MaxName} characters");

        if (reference.FilledText("namespace") is not null)
            reference.Report("namespace", "must not be given: what is meant is in the policy's own namespace");

        reference.Done();
    }
}
