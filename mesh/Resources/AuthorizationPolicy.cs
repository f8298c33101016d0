namespace MessageBoard.Mesh.Resources;

/// <summary>Who may call what (https://istio.io/latest/docs/reference/config/security/authorization-policy/).</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Selector">The labels of the workloads it is for; none for all of the namespace.</param>
/// <param name="Action">What happens to the requests that match.</param>
/// <param name="Rules">Any of these has to match; none matches no request.</param>
/// <param name="IsDryRun">Whether it only says what it would do (annotation <c>istio.io/dry-run</c>).</param>
public sealed record AuthorizationPolicy(
    ResourceKey Key, string File, IReadOnlyDictionary<string, string> Selector, AuthorizationAction Action,
    IReadOnlyList<AuthorizationRule> Rules, bool IsDryRun = false) : IMeshResource;

/// <summary>What happens to requests that match.</summary>
public enum AuthorizationAction
{
    /// <summary>They are let through, and others are not.</summary>
    Allow,

    /// <summary>They are refused.</summary>
    Deny,

    /// <summary>They are counted.</summary>
    Audit,
}

/// <summary>
/// One rule: one of the sources, one of the operations and all conditions have to match. A source and an operation are conditions, too,
/// all of which have to hold.
/// </summary>
/// <param name="From">The callers; none for any.</param>
/// <param name="To">What is called; none for anything.</param>
/// <param name="When">Further conditions.</param>
public sealed record AuthorizationRule(
    IReadOnlyList<IReadOnlyList<AuthorizationCondition>> From, IReadOnlyList<IReadOnlyList<AuthorizationCondition>> To,
    IReadOnlyList<AuthorizationCondition> When);

/// <summary>What something about a request has to be (https://istio.io/latest/docs/reference/config/security/conditions/).</summary>
/// <param name="Attribute">What is looked at.</param>
/// <param name="Values">One of these has to match; none when only <paramref name="NotValues"/> is given.</param>
/// <param name="NotValues">None of these may match.</param>
/// <param name="Names">A header's name, or the names that lead to a claim.</param>
public sealed record AuthorizationCondition(
    RequestAttribute Attribute, IReadOnlyList<string> Values, IReadOnlyList<string> NotValues, params IReadOnlyList<string> Names);
