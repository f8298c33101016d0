using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Mesh.Routing;

/// <summary>A match, and where it stands. What is known of the caller was looked at when it was compiled.</summary>
internal sealed class CompiledMatch(int index, HttpMatch match)
{
    public int Index { get; } = index;

    /// <summary>Whether it holds for all requests of its caller.</summary>
    public bool IsCatchAll { get; } = MatchCover.TakesAll(match with
    {
        SourceNamespace = null,
        SourceLabels = new Dictionary<string, string>(),
        Gateways = [],
    });

    /// <summary>Whether a match can hold at all for requests of this caller. To Istio gateways make the source of no account.</summary>
    public static bool AppliesTo(HttpMatch match, MeshProxy proxy) => match.Gateways.Count > 0
        ? match.Gateways.Any(proxy.Gateways.Contains)
        : (match.SourceNamespace is null || match.SourceNamespace == proxy.Namespace)
            && match.SourceLabels.All(label => proxy.Labels.GetValueOrDefault(label.Key) == label.Value);

    public bool Holds<TRequest>(in TRequest request) where TRequest : struct, IRoutableRequest
    {
        if (match.Method is { } method && !method.IsMatch(request.Method))
            return false;

        if (match.Uri is { } uri && !uri.IsMatch(request.Path, match.IgnoreUriCase))
            return false;

        if (match.Port is { } port && port != request.Port)
            return false;

        if (match.Scheme is { } scheme && !scheme.IsMatch(request.Scheme))
            return false;

        if (match.Authority is { } authority && !authority.IsMatch(request.Authority))
            return false;

        return HeadersHold(request) && QueryParametersHold(request);
    }

    private bool HeadersHold<TRequest>(in TRequest request) where TRequest : struct, IRoutableRequest
    {
        for (var i = 0; i < match.Headers.Count; i++)
        {
            if (!HasHeader(match.Headers[i], request))
                return false;
        }

        for (var i = 0; i < match.WithoutHeaders.Count; i++)
        {
            // Istio has Envoy treat a header that is not there as empty, unless only its presence is asked for.
            var (name, value) = match.WithoutHeaders[i];
            if (TryGetHeader(name, request, out var found) ? value.IsMatch(found) : value is not StringMatch.Present && value.IsMatch(""))
                return false;
        }

        return true;
    }

    private bool QueryParametersHold<TRequest>(in TRequest request) where TRequest : struct, IRoutableRequest
    {
        for (var i = 0; i < match.QueryParams.Count; i++)
        {
            var (name, value) = match.QueryParams[i];
            if (!QueryParameter.TryGet(request.Query, name, out var found) || !value.IsMatch(found))
                return false;
        }

        return true;
    }

    private static bool HasHeader<TRequest>(
        KeyValuePair<string, StringMatch> header, in TRequest request) where TRequest : struct, IRoutableRequest =>
        TryGetHeader(header.Key, request, out var value) && header.Value.IsMatch(value);

    // Envoy has parts of the request as headers, too.
    private static bool TryGetHeader<TRequest>(string name, in TRequest request, [NotNullWhen(true)] out string? value)
        where TRequest : struct, IRoutableRequest
    {
        if (name[0] != ':')
            return request.TryGetHeader(name, out value);

        value = name switch
        {
            ":method" => request.Method,
            ":scheme" => request.Scheme,
            ":authority" => request.Authority,
            ":path" => request.Path + request.Query,
            _ => null,
        };
        return value is not null;
    }
}
