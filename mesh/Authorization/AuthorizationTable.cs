namespace MessageBoard.Mesh.Authorization;

/// <summary>
/// The policies of one workload, and the decision whether it answers a request
/// (https://istio.io/latest/docs/concepts/security/#implicit-enablement): refused when a DENY policy matches, or when there are
/// ALLOW policies and none of them does. Those of a dry run are asked beside them, as Envoy's shadow rules are.
/// </summary>
public sealed class AuthorizationTable
{
    private readonly CompiledPolicy[] _audit, _deny, _shadowDeny, _allow, _shadowAllow;

    private AuthorizationTable(CompiledPolicy[] policies)
    {
        _audit = Of(AuthorizationAction.Audit, false);
        (_deny, _shadowDeny) = (Of(AuthorizationAction.Deny, false), Of(AuthorizationAction.Deny, true));
        (_allow, _shadowAllow) = (Of(AuthorizationAction.Allow, false), Of(AuthorizationAction.Allow, true));
        IsEmpty = policies.Length == 0;

        CompiledPolicy[] Of(AuthorizationAction action, bool isDryRun) =>
            [.. policies.Where(policy => policy.Action == action && policy.IsDryRun == isDryRun)];
    }

    /// <summary>Whether there is nothing to decide.</summary>
    public bool IsEmpty { get; }

    /// <summary>Takes the policies that concern a workload: those of its namespace, and those of Istio's root namespace.</summary>
    public static AuthorizationTable Compile(IReadOnlyList<IMeshResource> resources, MeshProxy workload) => new(
    [
        .. resources.OfType<AuthorizationPolicy>()
            .Where(policy => workload.IsSelected(policy.Key.Namespace, policy.Selector))
            .Select(policy => new CompiledPolicy(policy)),
    ]);

    /// <summary>Whether a request is answered, and what else the policies say of it.</summary>
    public AuthorizationVerdict Decide(in InboundRequest request)
    {
        // In this order Istio builds the filters (pilot/pkg/security/authz/builder/builder.go); a refused request reaches no further one.
        var verdict = new AuthorizationVerdict { AuditedBy = Find(_audit, request) };
        if (_shadowDeny.Length > 0)
        {
            var matched = Find(_shadowDeny, request);
            verdict = verdict with { DryRunDeny = new(matched is null, matched) };
        }

        if (Find(_deny, request) is { } denied)
            return verdict with { IsAllowed = false, DecidedBy = denied };

        if (_shadowAllow.Length > 0)
        {
            var matched = Find(_shadowAllow, request);
            verdict = verdict with { DryRunAllow = new(matched is not null, matched) };
        }

        if (_allow.Length == 0)
            return verdict with { IsAllowed = true };

        var allowed = Find(_allow, request);
        return verdict with { IsAllowed = allowed is not null, DecidedBy = allowed };
    }

    private static string? Find(CompiledPolicy[] policies, in InboundRequest request)
    {
        foreach (var policy in policies)
        {
            if (policy.Matches(request))
                return policy.Name;
        }

        return null;
    }
}
