namespace MessageBoard.Mesh.Resources;

/// <summary>How Kubernetes and Istio name services.</summary>
public static partial class HostNames
{
    /// <summary>The namespace of what names none.</summary>
    public const string DefaultNamespace = "messageboard";

    /// <summary>The namespace whose policies hold everywhere.</summary>
    public const string RootNamespace = "istio-system";

    private const string ClusterDomain = "svc.cluster.local";

    /// <summary>
    /// Whether this is a host name, <c>*</c>, or a host name whose first label is <c>*</c> or begins with <c>*-</c>: Istio's rule.
    /// </summary>
    public static bool IsValid(string host) => host == "*" || (host.Length <= 255 && Name().IsMatch(host) && !HasNumericEnd(host));

    /// <summary>The full name of a host; one without a dot is a service of that namespace.</summary>
    public static string FullName(string host, string ns) => host.Contains('.') || host == "*" ? host : $"{host}.{ns}.{ClusterDomain}";

    /// <summary>All names by which callers in <paramref name="ns"/> may call this service.</summary>
    public static IEnumerable<string> Names(string fullName, string ns)
    {
        yield return fullName;
        if (!fullName.EndsWith($".{ClusterDomain}", StringComparison.OrdinalIgnoreCase))
            yield break;

        var qualified = fullName[..^(ClusterDomain.Length + 1)];
        yield return qualified;
        yield return $"{qualified}.svc";
        if (qualified.EndsWith($".{ns}", StringComparison.OrdinalIgnoreCase))
            yield return qualified[..^(ns.Length + 1)];
    }

    /// <summary>
    /// Whether nobody but the cluster can know this name: one without a dot, of the namespace, or of the cluster's domain. Local addresses
    /// are none.
    /// </summary>
    public static bool IsOfCluster(string host) =>
        (!host.Contains('.') && !host.Contains(':') && host != "localhost")
        || host.EndsWith(".svc", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith($".{ClusterDomain}", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith($".{DefaultNamespace}", StringComparison.OrdinalIgnoreCase);

    // As in an IP address; a single label may be a number.
    private static bool HasNumericEnd(string host) =>
        host.LastIndexOf('.') is >= 0 and var dot && !host.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');

    // Labels as in RFC 1123, of at most 63 characters.
    [GeneratedRegex(
        @"\A(?:\*\.|\*-)?[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
