using System.Globalization;
using MessageBoard.Mesh;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Requests;

/// <summary>Says why a match does not hold.</summary>
internal static class MatchWords
{
    /// <summary>The first of its conditions that does not hold.</summary>
    public static string WhyNot<TRequest>(HttpMatch match, in TRequest request, MeshProxy caller) where TRequest : struct, IRoutableRequest
    {
        if (OfCaller(match, caller) is { } source)
            return source;

        if (match.Method is { } method && !method.IsMatch(request.Method))
            return IsNot("method", request.Method, method);

        if (match.Uri is { } uri && !uri.IsMatch(request.Path, match.IgnoreUriCase))
            return IsNot("uri", request.Path, uri);

        if (match.Port is { } port && port != request.Port)
            return string.Create(CultureInfo.InvariantCulture, $"port {request.Port} is not {port}");

        if (match.Scheme is { } scheme && !scheme.IsMatch(request.Scheme))
            return IsNot("scheme", request.Scheme, scheme);

        if (match.Authority is { } authority && !authority.IsMatch(request.Authority))
            return IsNot("authority", request.Authority, authority);

        foreach (var (name, value) in match.Headers)
        {
            if (!request.TryGetHeader(name, out var found))
                return $"header {name} is not there";

            if (!value.IsMatch(found))
                return IsNot($"header {name}", found, value);
        }

        foreach (var (name, value) in match.WithoutHeaders)
        {
            if (request.TryGetHeader(name, out var found) ? value.IsMatch(found) : value is not StringMatch.Present && value.IsMatch(""))
                return $"header {name} must not be {Describe(value)}";
        }

        return match.QueryParams.Count > 0
            ? $"query {string.Join(", ", match.QueryParams.Select(parameter => $"{parameter.Key} has to be {Describe(parameter.Value)}"))}"
            : "it does not hold";
    }

    /// <summary>What a text has to be like.</summary>
    public static string Describe(StringMatch match) => match switch
    {
        StringMatch.Exact exact => $"'{exact.Value}'",
        StringMatch.Prefix prefix => $"'{prefix.Value}…'",
        StringMatch.PathPrefix prefix => $"'{prefix.Value.TrimEnd('/')}' or '{prefix.Value.TrimEnd('/')}/…'",
        StringMatch.Regular regular => $"regex '{regular.Expression}'",
        _ => "there",
    };

    private static string? OfCaller(HttpMatch match, MeshProxy caller)
    {
        if (match.Gateways.Count > 0)
            return match.Gateways.Any(caller.Gateways.Contains) ? null : $"it is for gateway {string.Join(", ", match.Gateways)} only";

        if (match.SourceNamespace is { } ns && ns != caller.Namespace)
            return $"it is for callers in namespace {ns}";

        var missing = match.SourceLabels.Where(label => caller.Labels.GetValueOrDefault(label.Key) != label.Value).ToArray();
        return missing.Length == 0
            ? null
            : $"it is for callers with {GivenWorkload.Describe(missing)}";
    }

    private static string IsNot(string what, string found, StringMatch wanted) => $"{what} '{found}' is not {Describe(wanted)}";
}
