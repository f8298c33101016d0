namespace MessageBoard.Mesh.GatewayApi;

/// <summary>
/// In which order Gateway API looks at routes of one match each (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule): Istio
/// sorts them so (sortHTTPRoutes in pilot/pkg/config/kube/gateway/conversion.go), regular expressions after all prefixes.
/// </summary>
internal static class RoutePrecedence
{
    /// <summary>The routes in that order; those that are alike stay as they come: the older resource's, the earlier rule's first.</summary>
    public static IEnumerable<HttpRoute> InOrder(IEnumerable<HttpRoute> routes) => routes
        .OrderByDescending(route => Rank(route.Matches))
        .ThenByDescending(route => Length(route.Matches))
        .ThenByDescending(route => route.Matches is [{ Method: not null }])
        .ThenByDescending(route => route.Matches is [var match] ? match.Headers.Count : 0)
        .ThenByDescending(route => route.Matches is [var match] ? match.QueryParams.Count : 0);

    private static int Rank(IReadOnlyList<HttpMatch> matches) => matches switch
    {
        [{ Uri: StringMatch.Exact }] => 3,
        [{ Uri: StringMatch.Prefix or StringMatch.PathPrefix }] => 2,
        [{ Uri: StringMatch.Regular }] => 1,
        [_] => 0,
        _ => -1,
    };

    private static int Length(IReadOnlyList<HttpMatch> matches) => matches is not [{ Uri: { } path }] ? 0 : path switch
    {
        StringMatch.Exact exact => exact.Value.Length,
        StringMatch.Prefix prefix => prefix.Value.Length,
        StringMatch.PathPrefix prefix => prefix.Value.Length,
        StringMatch.Regular regular => regular.Expression.Expression.Length,
        _ => 0,
    };
}
