namespace MessageBoard.Mesh.Routing;

/// <summary>Joins a rule with one of the VirtualService it delegates to, as Istio does (pilot/pkg/model/virtualservice.go).</summary>
internal static class DelegateMerge
{
    /// <summary>The rule of the delegate, with what it leaves to the root's; null where their matches contradict each other.</summary>
    /// <param name="root">The rule that delegates.</param>
    /// <param name="ns">Its namespace, in which its short names are.</param>
    /// <param name="leaf">The rule of the delegate.</param>
    public static HttpRoute? Merge(HttpRoute root, string ns, HttpRoute leaf) =>
        Merge(root.Matches, leaf.Matches) is { } matches ? Merge(root, ns, leaf, matches) : null;

    private static HttpRoute Merge(HttpRoute root, string ns, HttpRoute leaf, IReadOnlyList<HttpMatch> matches) => leaf with
    {
        Matches = matches,
        Name = Join(root.Name, leaf.Name),
        Rewrite = leaf.Rewrite ?? root.Rewrite,
        DirectResponse = leaf.DirectResponse ?? root.DirectResponse,
        Timeout = leaf.Timeout ?? root.Timeout,
        Retries = leaf.Retries ?? root.Retries,
        Fault = leaf.Fault ?? root.Fault,
        Mirrors = leaf.Mirrors.Count > 0 ? leaf.Mirrors : [.. root.Mirrors.Select(mirror => InFull(mirror, ns))],
        Cors = leaf.Cors ?? root.Cors,
        Headers = leaf.Headers.Request.IsEmpty && leaf.Headers.Response.IsEmpty ? root.Headers : leaf.Headers,
    };

    private static HttpMirror InFull(HttpMirror mirror, string ns) =>
        mirror with { Destination = mirror.Destination with { Host = HostNames.FullName(mirror.Destination.Host, ns) } };

    // Each of the delegate's has to fit one of the root's.
    private static IReadOnlyList<HttpMatch>? Merge(IReadOnlyList<HttpMatch> roots, IReadOnlyList<HttpMatch> leaves)
    {
        if (roots.Count == 0)
            return leaves;

        if (leaves.Count == 0)
            return [.. roots.Select(root => root with { Index = -1, DelegatingIndex = root.Index })];

        var merged = new List<HttpMatch>();
        foreach (var leaf in leaves)
        {
            var fitting = roots.Where(root => !Contradict(root, leaf)).Select(root => Merge(root, leaf)).ToList();
            if (fitting.Count == 0)
                return null;

            merged.AddRange(fitting);
        }

        return merged;
    }

    private static HttpMatch Merge(HttpMatch root, HttpMatch leaf) => leaf with
    {
        DelegatingIndex = root.Index,
        Name = Join(root.Name, leaf.Name),
        Uri = leaf.Uri ?? root.Uri,
        Scheme = leaf.Scheme ?? root.Scheme,
        Method = leaf.Method ?? root.Method,
        Authority = leaf.Authority ?? root.Authority,
        Headers = Merge(root.Headers, leaf.Headers, StringComparer.OrdinalIgnoreCase),
        WithoutHeaders = Merge(root.WithoutHeaders, leaf.WithoutHeaders, StringComparer.OrdinalIgnoreCase),
        QueryParams = Merge(root.QueryParams, leaf.QueryParams, StringComparer.Ordinal),
        Port = leaf.Port ?? root.Port,
        SourceLabels = Merge([.. root.SourceLabels], [.. leaf.SourceLabels], StringComparer.Ordinal).ToDictionary(),
        SourceNamespace = leaf.SourceNamespace ?? root.SourceNamespace,
        Gateways = leaf.Gateways.Count > 0 ? leaf.Gateways : root.Gateways,
    };

    private static IReadOnlyList<KeyValuePair<string, T>> Merge<T>(
        IReadOnlyList<KeyValuePair<string, T>> root, IReadOnlyList<KeyValuePair<string, T>> leaf, StringComparer names) =>
        [.. root.Where(one => !leaf.Any(other => names.Equals(other.Key, one.Key))), .. leaf];

    private static string? Join(string? root, string? leaf) => root is null || leaf is null ? root ?? leaf : $"{root}-{leaf}";

    private static bool Contradict(HttpMatch root, HttpMatch leaf) =>
        Contradict(root.Uri, leaf.Uri) || Contradict(root.Scheme, leaf.Scheme) || Contradict(root.Method, leaf.Method)
        || Contradict(root.Authority, leaf.Authority)
        || Contradict(root.Headers, leaf.Headers, StringComparison.OrdinalIgnoreCase)
        || Contradict(root.WithoutHeaders, leaf.WithoutHeaders, StringComparison.OrdinalIgnoreCase)
        || Contradict(root.QueryParams, leaf.QueryParams, StringComparison.Ordinal)
        || root.IgnoreUriCase != leaf.IgnoreUriCase
        || (root.Port is not null && leaf.Port is not null && root.Port != leaf.Port)
        || (root.SourceNamespace is not null && root.SourceNamespace != leaf.SourceNamespace)
        || leaf.SourceLabels.Any(label => root.SourceLabels.TryGetValue(label.Key, out var value) && value != label.Value)
        || (root.Gateways.Count > 0 && leaf.Gateways.Any(gateway => !root.Gateways.Contains(gateway)));

    private static bool Contradict(
        IReadOnlyList<KeyValuePair<string, StringMatch>> root, IReadOnlyList<KeyValuePair<string, StringMatch>> leaf,
        StringComparison names) =>
        leaf.Any(other => root.Any(one => one.Key.Equals(other.Key, names) && Contradict(one.Value, other.Value)));

    // stringMatchConflict: of two, the delegate's has to be a part of the root's, which is not known of expressions.
    private static bool Contradict(StringMatch? root, StringMatch? leaf) => (root, leaf) switch
    {
        (null, _) or (_, null) => false,
        (StringMatch.Exact ours, StringMatch.Exact theirs) => ours.Value != theirs.Value,
        (StringMatch.Prefix ours, StringMatch.Exact theirs) => !theirs.Value.StartsWith(ours.Value, StringComparison.Ordinal),
        (StringMatch.Prefix ours, StringMatch.Prefix theirs) => !theirs.Value.StartsWith(ours.Value, StringComparison.Ordinal),
        _ => true,
    };
}
