namespace MessageBoard.Mesh.Loading;

internal static class AuthorizationPolicyReader
{
    private const string HeaderKey = "request.headers[";

    // https://istio.io/latest/docs/reference/config/security/conditions/
    private static readonly string[] KnownKeys =
    [
        "source.ip", "remote.ip", "source.namespace", "source.principal", "source.serviceAccount", "request.auth.principal",
        "request.auth.audiences",
        "request.auth.presenter", "request.auth.claims", "destination.ip", "destination.port", "connection.sni",
        "experimental.envoy.filters.",
    ];

    public static AuthorizationPolicy Read(ResourceKey key, string file, YamlFields spec)
    {
        var selector = ReadSelector(spec);
        var action = spec.Word("action", "ALLOW", "DENY", "AUDIT", "CUSTOM") ?? "ALLOW";
        if (action is "AUDIT" or "CUSTOM")
            spec.Report("action", $"{action} is not carried out by the local mesh");

        if (action is "DENY" && !spec.Has("rules"))
            spec.Report("rules", "is missing: DENY without rules would never deny; a rule {} denies everything");

        if (spec.Has("provider") && action is not "CUSTOM")
            spec.Report("provider", $"must not be given with action {action}");

        var rules = spec.Objects("rules").Select(ReadRule).ToArray();
        spec.Ignore("provider");
        spec.Done("targetRef", "targetRefs");
        return new(key, file, selector, action is "DENY" ? AuthorizationAction.Deny : AuthorizationAction.Allow, rules);
    }

    /// <summary>Reads for which workloads something is.</summary>
    public static IReadOnlyDictionary<string, string> ReadSelector(YamlFields spec)
    {
        if ((spec.Has("selector") ? 1 : 0) + (spec.Has("targetRef") ? 1 : 0) + (spec.Has("targetRefs") ? 1 : 0) > 1)
            spec.Report("selector", "has to be the only one of selector, targetRef and targetRefs");

        if (spec.Object("selector") is not { } selector)
            return new Dictionary<string, string>();

        var labels = NameRules.ReadSelector(selector, "matchLabels");
        selector.Done();
        return labels;
    }

    private static AuthorizationRule ReadRule(YamlFields rule)
    {
        foreach (var name in (ReadOnlySpan<string>)["from", "to"])
        {
            if (rule.Has(name) && rule.IsEmptyList(name))
                rule.Report(name, "must not be empty");
        }

        var read = new AuthorizationRule(
            [.. rule.Objects("from").Select(ReadSource)],
            [.. rule.Objects("to").Select(ReadOperation)],
            [.. rule.Objects("when").Select(ReadCondition).OfType<AuthorizationCondition>()]);
        rule.Done();
        return read;
    }

    private static AuthorizationSource ReadSource(YamlFields from)
    {
        if (ReadPart(from, "source") is not { } source)
            return new([], [], [], []);

        var read = new AuthorizationSource(
            ReadPatterns(source, "principals"), ReadPatterns(source, "notPrincipals"), ReadPatterns(source, "namespaces"),
            ReadPatterns(source, "notNamespaces"));
        source.Done(
            "ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks", "requestPrincipals", "notRequestPrincipals",
            "serviceAccounts", "notServiceAccounts", "trustDomains", "notTrustDomains");
        return read;
    }

    private static AuthorizationOperation ReadOperation(YamlFields to)
    {
        if (ReadPart(to, "operation") is not { } operation)
            return new([], [], [], [], [], []);

        var read = new AuthorizationOperation(
            ReadPatterns(operation, "hosts"), ReadPatterns(operation, "notHosts"), ReadPatterns(operation, "methods"),
            ReadPatterns(operation, "notMethods"),
            ReadPatterns(operation, "paths", PathProblem), ReadPatterns(operation, "notPaths", PathProblem));
        operation.Done("ports", "notPorts");
        return read;
    }

    private static YamlFields? ReadPart(YamlFields fields, string name)
    {
        var part = fields.Object(name);
        if (!fields.Has(name))
            fields.Report(name, "is missing");
        else if (part is not null && part.Names.All(part.IsEmptyList))
            part.Report(null, "must not be empty");

        fields.Done();
        return part;
    }

    private static AuthorizationCondition? ReadCondition(YamlFields when)
    {
        var key = when.RequiredText("key");
        var (values, notValues) = (ReadPatterns(when, "values"), ReadPatterns(when, "notValues"));
        when.Done();
        if (key is null)
            return null;

        if (when.IsEmptyList("values") && when.IsEmptyList("notValues"))
            when.Report(null, "has to have values or notValues");

        if (key.StartsWith(HeaderKey, StringComparison.Ordinal) && key.EndsWith(']') && key.Length > HeaderKey.Length + 1)
            return new(key[HeaderKey.Length..^1], values, notValues);

        when.Report("key", KnownKeys.Any(known => key.StartsWith(known, StringComparison.Ordinal))
            ? $"{key} is not carried out by the local mesh, only request.headers[NAME] is"
            : $"'{key}' is nothing that Istio knows");
        return null;
    }

    private static IReadOnlyList<TextPattern> ReadPatterns(YamlFields fields, string name, Func<string, string?>? problem = null) =>
        [.. fields.Texts(name, problem).Select(text => new TextPattern(text))];

    private static string? PathProblem(string path) =>
        path.Contains('{') || path.Contains('}') ? $"'{path}' is not carried out by the local mesh: it has a template" : null;
}
