namespace MessageBoard.Mesh.Resources;

/// <summary>Who may call what (https://istio.io/latest/docs/reference/config/security/authorization-policy/).</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Selector">The labels of the workloads it is for; none for all of the namespace.</param>
/// <param name="Action">What happens to the requests that match.</param>
/// <param name="Rules">Any of these has to match; none matches no request.</param>
public sealed record AuthorizationPolicy(
    ResourceKey Key, string File, IReadOnlyDictionary<string, string> Selector, AuthorizationAction Action,
    IReadOnlyList<AuthorizationRule> Rules) : IMeshResource;

/// <summary>What happens to requests that match.</summary>
public enum AuthorizationAction
{
    /// <summary>They are let through, and others are not.</summary>
    Allow,

    /// <summary>They are refused.</summary>
    Deny,
}

/// <summary>One rule: one of the sources, one of the operations and all conditions have to match.</summary>
/// <param name="From">The callers; none for any.</param>
/// <param name="To">What is called; none for anything.</param>
/// <param name="When">Further conditions.</param>
public sealed record AuthorizationRule(
    IReadOnlyList<AuthorizationSource> From, IReadOnlyList<AuthorizationOperation> To, IReadOnlyList<AuthorizationCondition> When);

/// <summary>A caller; all that is given has to match.</summary>
/// <param name="Principals">The caller's identity, such as <c>cluster.local/ns/messageboard/sa/gateway</c>.</param>
/// <param name="NotPrincipals">What it must not be.</param>
/// <param name="Namespaces">The caller's namespace.</param>
/// <param name="NotNamespaces">What it must not be.</param>
public sealed record AuthorizationSource(
    IReadOnlyList<TextPattern> Principals, IReadOnlyList<TextPattern> NotPrincipals, IReadOnlyList<TextPattern> Namespaces,
    IReadOnlyList<TextPattern> NotNamespaces);

/// <summary>What is called; all that is given has to match.</summary>
/// <param name="Hosts">The <c>Host</c> header, in any case.</param>
/// <param name="NotHosts">What it must not be.</param>
/// <param name="Methods">The HTTP method.</param>
/// <param name="NotMethods">What it must not be.</param>
/// <param name="Paths">The path without the query.</param>
/// <param name="NotPaths">What it must not be.</param>
public sealed record AuthorizationOperation(
    IReadOnlyList<TextPattern> Hosts, IReadOnlyList<TextPattern> NotHosts, IReadOnlyList<TextPattern> Methods,
    IReadOnlyList<TextPattern> NotMethods,
    IReadOnlyList<TextPattern> Paths, IReadOnlyList<TextPattern> NotPaths);

/// <summary>A condition on a request header.</summary>
/// <param name="Header">The header.</param>
/// <param name="Values">One of these has to match; none when only <paramref name="NotValues"/> is given.</param>
/// <param name="NotValues">None of these may match.</param>
public sealed record AuthorizationCondition(string Header, IReadOnlyList<TextPattern> Values, IReadOnlyList<TextPattern> NotValues);

/// <summary>
/// Istio's patterns of authorization: <c>text</c>, <c>prefix*</c>, <c>*suffix</c>, or <c>*</c> for anything that is not empty.
/// </summary>
/// <param name="Text">The pattern as it was written.</param>
public readonly record struct TextPattern(string Text)
{
    /// <summary>Whether <paramref name="value"/> matches.</summary>
    public bool IsMatch(string value, StringComparison comparison = StringComparison.Ordinal) => Text switch
    {
        "*" => value.Length > 0,
        ['*', .. var suffix] => value.EndsWith(suffix, comparison),
        [.. var prefix, '*'] => value.StartsWith(prefix, comparison),
        _ => value.Equals(Text, comparison),
    };
}
