namespace MessageBoard.Mesh.Authorization;

/// <summary>
/// The policies of one workload, and the decision whether it answers a request
/// (https://istio.io/latest/docs/concepts/security/#implicit-enablement): refused when a DENY policy matches, or when there are
/// ALLOW policies and none of them does.
/// </summary>
public sealed class AuthorizationTable
{
    private readonly AuthorizationPolicy[] _deny, _allow;

    private AuthorizationTable(AuthorizationPolicy[] policies)
    {
        _deny = [.. policies.Where(policy => policy.Action == AuthorizationAction.Deny)];
        _allow = [.. policies.Where(policy => policy.Action == AuthorizationAction.Allow)];
    }

    /// <summary>Whether there is nothing to decide.</summary>
    public bool IsEmpty => _deny.Length == 0 && _allow.Length == 0;

    /// <summary>Takes the policies that concern a workload: those of its namespace, and those of Istio's root namespace.</summary>
    public static AuthorizationTable Compile(IReadOnlyList<IMeshResource> resources, MeshProxy workload) => new(
    [
        .. resources.OfType<AuthorizationPolicy>().Where(policy =>
            (policy.Key.Namespace == workload.Namespace || policy.Key.Namespace == HostNames.RootNamespace)
            && policy.Selector.All(label => workload.Labels.GetValueOrDefault(label.Key) == label.Value)),
    ]);

    /// <summary>Whether a request is answered.</summary>
    public bool Allows(InboundRequest request) =>
        !Array.Exists(_deny, policy => Matches(policy, request))
            && (_allow.Length == 0 || Array.Exists(_allow, policy => Matches(policy, request)));

    private static bool Matches(AuthorizationPolicy policy, InboundRequest request) => policy.Rules.Any(rule =>
        (rule.From.Count == 0 || rule.From.Any(source => Matches(source, request)))
        && (rule.To.Count == 0 || rule.To.Any(operation => Matches(operation, request)))
        && rule.When.All(condition => Matches(condition.Values, condition.NotValues, request.Header(condition.Header))));

    private static bool Matches(AuthorizationSource source, InboundRequest request) =>
        Matches(source.Principals, source.NotPrincipals, request.Principal)
            && Matches(source.Namespaces, source.NotNamespaces, NamespaceOf(request.Principal));

    private static bool Matches(AuthorizationOperation operation, InboundRequest request) =>
        Matches(operation.Hosts, operation.NotHosts, request.Host, StringComparison.OrdinalIgnoreCase)
        && Matches(operation.Methods, operation.NotMethods, request.Method)
        && Matches(operation.Paths, operation.NotPaths, request.Path);

    private static bool Matches(
        IReadOnlyList<TextPattern> wanted, IReadOnlyList<TextPattern> unwanted, string? value,
        StringComparison comparison = StringComparison.Ordinal) =>
        (wanted.Count == 0 || (value is not null && wanted.Any(pattern => pattern.IsMatch(value, comparison))))
        && (value is null || !unwanted.Any(pattern => pattern.IsMatch(value, comparison)));

    // cluster.local/ns/NAMESPACE/sa/ACCOUNT
    private static string? NamespaceOf(string? principal) => principal?.Split('/') is [_, "ns", var ns, "sa", _] ? ns : null;
}

/// <summary>What a policy may look at.</summary>
/// <param name="Principal">Who calls, such as <c>cluster.local/ns/messageboard/sa/gateway</c>; null when that is not known.</param>
/// <param name="Host">The <c>Host</c> header.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path without the query, decoded, as the service's own routes see it, its slashes merged.</param>
/// <param name="Header">Gives a header's value; null for one that is not there.</param>
public readonly record struct InboundRequest(string? Principal, string Host, string Method, string Path, Func<string, string?> Header);
