namespace MessageBoard.Mesh.Loading;

/// <summary>Reads who may call what, by Istio's rules (pkg/config/validation/validation.go, ValidateAuthorizationPolicy).</summary>
internal static class AuthorizationPolicyReader
{
    private const string DryRun = "istio.io/dry-run";

    // What Go's strconv.ParseBool takes.
    private static readonly string[] Yes = ["1", "t", "T", "TRUE", "true", "True"], No = ["0", "f", "F", "FALSE", "false", "False"];

    private static readonly string[] NotForCustom =
    [
        "namespaces", "notNamespaces", "serviceAccounts", "notServiceAccounts", "trustDomains", "notTrustDomains", "principals",
        "notPrincipals", "requestPrincipals", "notRequestPrincipals",
    ];

    public static AuthorizationPolicy Read(ResourceKey key, string file, YamlFields spec, YamlFields? metadata)
    {
        var selector = PolicyTargetReader.Read(spec);
        var action = spec.Word("action", "ALLOW", "DENY", "AUDIT", "CUSTOM") ?? "ALLOW";
        if (action is "CUSTOM")
        {
            CheckCustom(spec);
            spec.Refuse("action", "CUSTOM is not carried out by the local mesh: it has no external authorizer to ask");
        }

        if (action is "DENY" && !spec.Has("rules"))
            spec.Report("rules", "is missing: DENY without rules would never deny; a rule {} denies everything");

        if (spec.Has("provider") && action is not "CUSTOM")
            spec.Report("provider", $"must not be given with action {action}");

        var rules = spec.Objects("rules").Select(AuthorizationRuleReader.Read).ToArray();
        if (spec.Object("provider") is { } provider)
        {
            provider.Text("name");
            provider.Done();
        }

        spec.Done("targetRef", "targetRefs");
        return new(key, file, selector, ActionOf(action), rules, ReadDryRun(metadata, action));
    }

    /// <summary>Refuses the annotation of a dry run at another kind.</summary>
    public static void RefuseDryRun(YamlFields? metadata)
    {
        if (metadata?.Object("annotations") is { } annotations && annotations.Has(DryRun))
            annotations.Report(DryRun, "is for AuthorizationPolicies only");
    }

    // The external authorizer is asked before anything is known of who calls.
    private static void CheckCustom(YamlFields spec)
    {
        if (!spec.Has("rules"))
            spec.Report("rules", "is missing: CUSTOM without rules would never ask; a rule {} always asks");
        else if (spec.Object("provider")?.FilledText("name") is null)
            spec.Report("provider", "has to have a name with the action CUSTOM");

        foreach (var rule in spec.Objects("rules"))
        {
            foreach (var source in rule.Objects("from").Select(from => from.Object("source")).OfType<YamlFields>())
            {
                foreach (var name in NotForCustom.Where(name => !source.IsEmptyList(name)))
                    source.Report(name, "cannot be used with the action CUSTOM");
            }

            foreach (var when in rule.Objects("when"))
            {
                if (when.Text("key") is "source.namespace" or "source.serviceAccount" or "source.trustDomain" or "source.principal"
                    || when.Text("key")?.StartsWith("request.auth.", StringComparison.Ordinal) == true)
                    when.Report("key", "cannot be used with the action CUSTOM");
            }
        }
    }

    private static AuthorizationAction ActionOf(string action) => action switch
    {
        "DENY" => AuthorizationAction.Deny,
        "AUDIT" => AuthorizationAction.Audit,
        _ => AuthorizationAction.Allow,
    };

    private static bool ReadDryRun(YamlFields? metadata, string action)
    {
        if (metadata?.Object("annotations") is not { } annotations || annotations.Text(DryRun) is not { } text)
            return false;

        if (action is not ("ALLOW" or "DENY"))
            annotations.Report(DryRun, $"is for the actions ALLOW and DENY, not for {action}");
        else if (!Yes.Contains(text) && !No.Contains(text))
            annotations.Report(DryRun, $"has to be \"true\" or \"false\", not '{text}'");
        else if (Yes.Contains(text))
            annotations.Note(DryRun, "has the policy decide nothing: what it would do is counted, and told in the request's span");

        return Yes.Contains(text);
    }
}
