namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Whether one match holds for every request for which another holds. It says so only where that is sure: of two expressions it knows
/// no more than whether they are the same.
/// </summary>
internal static class MatchCover
{
    /// <summary>Whether a route takes every request there is, whoever sends it.</summary>
    public static bool TakesAll(HttpRoute route) => route.Matches.Count == 0 || route.Matches.Any(TakesAll);

    /// <summary>Whether a match holds for every request there is, as Istio's IsCatchAllRoute has it (core/route/route.go).</summary>
    public static bool TakesAll(HttpMatch match) => TakesAll(match.Uri) && match is
    {
        Scheme: null, Method: null, Authority: null, Port: null, SourceNamespace: null, SourceLabels.Count: 0,
        Headers: [], WithoutHeaders: [], QueryParams: [], Gateways: [],
    };

    /// <summary>Whether all requests of the later match are taken by the earlier one.</summary>
    public static bool Covers(HttpMatch earlier, HttpMatch later) =>
        UriCovers(earlier, later)
        && Covers(earlier.Scheme, later.Scheme) && Covers(earlier.Method, later.Method) && Covers(earlier.Authority, later.Authority)
        && (earlier.Port is null || earlier.Port == later.Port)
        && CallersCovered(earlier, later)
        && AllCovered(earlier.Headers, later.Headers, StringComparison.OrdinalIgnoreCase)
        && AllCovered(earlier.QueryParams, later.QueryParams, StringComparison.Ordinal)
        && earlier.WithoutHeaders.All(header => later.WithoutHeaders.Any(other => IsSame(header, other)));

    private static bool UriCovers(HttpMatch earlier, HttpMatch later)
    {
        if (TakesAll(earlier.Uri))
            return true;

        // Expressions do not pass over case, whatever is said.
        return later.Uri is not null && (earlier.IgnoreUriCase || !later.IgnoreUriCase || later.Uri is StringMatch.Regular)
            && TextCovers(earlier.Uri!, later.Uri, earlier.IgnoreUriCase);
    }

    private static bool TakesAll(StringMatch? uri) =>
        uri is null or StringMatch.Prefix { Value: "" or "/" } or StringMatch.Regular { Expression.Expression: ".*" };

    // To Istio gateways make the source of no account (sourceMatchHTTP).
    private static bool CallersCovered(HttpMatch earlier, HttpMatch later)
    {
        if (earlier.Gateways.Count > 0)
            return later.Gateways.Count > 0 && later.Gateways.All(earlier.Gateways.Contains);

        if (later.Gateways.Count > 0)
            return earlier.SourceNamespace is null && earlier.SourceLabels.Count == 0;

        return (earlier.SourceNamespace is null || earlier.SourceNamespace == later.SourceNamespace)
            && earlier.SourceLabels.All(label => later.SourceLabels.GetValueOrDefault(label.Key) == label.Value);
    }

    private static bool AllCovered(
        IReadOnlyList<KeyValuePair<string, StringMatch>> earlier, IReadOnlyList<KeyValuePair<string, StringMatch>> later,
        StringComparison names) =>
        earlier.All(one => later.Any(other => other.Key.Equals(one.Key, names) && TextCovers(one.Value, other.Value)));

    private static bool IsSame(KeyValuePair<string, StringMatch> one, KeyValuePair<string, StringMatch> other) =>
        one.Key.Equals(other.Key, StringComparison.OrdinalIgnoreCase) && IsSame(one.Value, other.Value);

    private static bool Covers(StringMatch? earlier, StringMatch? later) =>
        earlier is null || (later is not null && TextCovers(earlier, later));

    private static bool TextCovers(StringMatch earlier, StringMatch later, bool ignoreCase = false) => (earlier, later) switch
    {
        (StringMatch.Present, _) => true,
        (StringMatch.Exact or StringMatch.Prefix, StringMatch.Exact exact) => earlier.IsMatch(exact.Value, ignoreCase),
        (StringMatch.Prefix, StringMatch.Prefix prefix) => earlier.IsMatch(prefix.Value, ignoreCase),
        _ => IsSame(earlier, later),
    };

    // An expression is made when a request first needs it, which takes its time.
    private static bool IsSame(StringMatch one, StringMatch other) =>
        one is StringMatch.Regular { Expression.Expression: var ours } && other is StringMatch.Regular { Expression.Expression: var theirs }
            ? ours == theirs
            : one.Equals(other);
}
