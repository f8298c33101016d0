namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's rules for host names (pkg/config/validation/agent/validation.go).</summary>
internal static partial class HostRules
{
    private const int MaxLength = 255;

    /// <summary><c>ValidateFQDN</c>: without wildcards; a dot at the end is allowed.</summary>
    public static bool IsFqdn(string host) => host.Length is > 0 and <= MaxLength && HasLabels(host);

    /// <summary><c>ValidateWildcardDomain</c>: the first label may be a <c>*</c>, or begin with one.</summary>
    public static bool IsWildcardDomain(string host)
    {
        if (host.Length is 0 or > MaxLength)
            return false;

        var dot = host.IndexOf('.');
        var first = dot < 0 ? host : host.AsSpan(..dot);
        return first.Length <= 63 && WildcardLabel().IsMatch(first) && (dot < 0 || HasLabels(host.AsSpan(dot + 1)));
    }

    /// <summary>Whether the name begins with a part of a label that is a wildcard, which some kinds do not allow.</summary>
    public static bool IsPartialWildcard(string host) =>
        host.Length > 1 && host.Contains('*') && !host.StartsWith("*.", StringComparison.Ordinal);

    /// <summary>
    /// Two of the hosts, wildcards or not, that have a host in common (<c>host.Name.Matches</c>); null for none.
    /// </summary>
    public static (string One, string Other)? Overlap(IReadOnlyList<string> hosts)
    {
        if (hosts.Count < 2)
            return null;

        // Read from their ends, what a wildcard covers stands next to it.
        var sorted = hosts
            .Select(host => (Host: host, End: string.Concat((host.StartsWith('*') ? host[1..] : host).Reverse())))
            .OrderBy(host => host.End, StringComparer.Ordinal)
            .ThenByDescending(host => host.Host.StartsWith('*'))
            .ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            var (one, other) = (sorted[i - 1], sorted[i]);
            if (one.Host == other.Host || (one.Host.StartsWith('*') && other.End.StartsWith(one.End, StringComparison.Ordinal)))
                return (one.Host, other.Host);
        }

        return null;
    }

    /// <summary><c>host.Name.SubsetOf</c>: whether all hosts of a name are hosts of the other.</summary>
    public static bool IsSubset(string host, string of) => of.StartsWith('*')
        ? (!host.StartsWith('*') || host.Length >= of.Length) && host.EndsWith(of[1..], StringComparison.Ordinal)
        : host == of;

    /// <summary>
    /// Whether this is a name that Istio itself makes for AUTO_PASSTHROUGH, <c>outbound_.PORT_._.HOST</c>
    /// (<c>ValidateWildcardDomainForVirtualServiceBoundToGateway</c>).
    /// </summary>
    public static bool IsIstiosSni(string host) => host.Length <= MaxLength && IstiosSni().IsMatch(host);

    /// <summary>
    /// <c>ValidateNamespaceSlashWildcardHostname</c>: hosts of gateways, <c>[namespace/]host</c>, and of what a sidecar calls,
    /// <c>namespace/host</c>. What is wrong, or null.
    /// </summary>
    public static string? InNamespace(string text, bool isGateway)
    {
        var slash = text.IndexOf('/');
        if (slash < 0)
            return isGateway ? Problem(text, isGateway) : $"'{text}' has to be NAMESPACE/HOST";

        var (ns, host) = (text[..slash], text[(slash + 1)..]);
        var name = !isGateway && ns.Length > 1 && ns[0] == '~' ? ns[1..] : ns;
        return name is "*" or "." || (!isGateway && name is "~") || NameRules.IsDnsLabel(name)
            ? Problem(host, isGateway)
            : $"'{text}' has to begin with '*', '.' or a namespace";
    }

    private static string? Problem(string host, bool isGateway) =>
        isGateway && AddressRules.IsIp(host) && host.Contains('.') ? null
        : host != "*" && !host.Contains('.') ? $"'{host}' is a short name: it has to be a full one"
        : !IsWildcardDomain(host) || IsPartialWildcard(host) ? $"'{host}' is no host name; a '*' may stand alone or as its first label"
        : null;

    // The last label may be empty: a dot at the end.
    private static bool HasLabels(ReadOnlySpan<char> name)
    {
        while (true)
        {
            var dot = name.IndexOf('.');
            if (dot < 0)
                return name.Length == 0 || (name.ContainsAnyExceptInRange('0', '9') && NameRules.IsDnsLabel(name));

            if (!NameRules.IsDnsLabel(name[..dot]))
                return false;

            name = name[(dot + 1)..];
        }
    }

    [GeneratedRegex(@"\Aoutbound_[^_]*[0-9][^_]*_[^_]*_[^_]*[a-zA-Z]")]
    private static partial Regex IstiosSni();

    [GeneratedRegex(@"\A(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)\z")]
    private static partial Regex WildcardLabel();
}
