using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Routing.Patterns;

namespace MessageBoard.Shared.Http;

/// <summary>
/// A route's path has one spelling. ASP.NET Core's routing also takes <c>/API/Users</c>, <c>/api/users/</c> and, because the server has
/// decoded the path before, <c>/api/%75sers</c> and <c>/api/x/../users</c>: a policy by path that knows the route's own spelling would be
/// passed by each. What is compared here is the path as it was sent. Routes that end in a catch-all, which are the gateway's to
/// forward, are left to whom they are forwarded to.
/// </summary>
internal sealed class ExactPaths : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (PatternOf(endpoint) is not null)
                return true;
        }

        return false;
    }

    public Task ApplyAsync(HttpContext context, CandidateSet candidates)
    {
        var path = PathOf(SentTarget.WithoutQuery(SentTarget.Of(context)));
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && PatternOf(candidates[i].Endpoint) is { } pattern && !IsSpelledAs(pattern, path))
                candidates.SetValidity(i, false);
        }

        return Task.CompletedTask;
    }

    private static RoutePattern? PatternOf(Endpoint endpoint) =>
        endpoint is RouteEndpoint { RoutePattern: var pattern } && pattern.Parameters is not [.., { IsCatchAll: true }] ? pattern : null;

    // Of the absolute form (RFC 9112, 3.2.2) what stands behind the host.
    private static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        if (target.StartsWith('/'))
            return target;

        var host = target.IndexOf("://");
        var start = host < 0 ? -1 : target[(host + 3)..].IndexOf('/');
        return start < 0 ? "/" : target[(host + 3 + start)..];
    }

    private static bool IsSpelledAs(RoutePattern pattern, ReadOnlySpan<char> path)
    {
        if (pattern.PathSegments.Count == 0)
            return path is "/";

        foreach (var segment in pattern.PathSegments)
        {
            if (path is not ['/', .. var rest])
                return false;

            var end = rest.IndexOf('/');
            var sent = end < 0 ? rest : rest[..end];
            path = rest[sent.Length..];
            if (sent.IsEmpty
                || (segment.Parts is [RoutePatternLiteralPart literal] && !sent.SequenceEqual(literal.Content))
                || (segment.Parts is [RoutePatternParameterPart { ParameterPolicies.Count: > 0 }] && !IsNumber(sent)))
                return false;
        }

        return path.IsEmpty;
    }

    // All parameters with a constraint are numbers. To .NET 5 is also 05, +5 and %35.
    private static bool IsNumber(ReadOnlySpan<char> sent) => sent[0] != '0' && !sent.ContainsAnyExceptInRange('0', '9');
}
