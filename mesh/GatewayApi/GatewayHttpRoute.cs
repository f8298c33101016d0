namespace MessageBoard.Mesh.GatewayApi;

/// <summary>Gateway API's HTTPRoute (https://gateway-api.sigs.k8s.io/api-types/httproute/), as it was written.</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Parents">What it is bound to.</param>
/// <param name="Hostnames">The hosts that it is for at a Gateway; none for any.</param>
/// <param name="Rules">
/// Its rules, each a route of its own whose matches are looked at in Gateway API's order of precedence. Destinations of weight 0 are
/// still there.
/// </param>
public sealed record GatewayHttpRoute(
    ResourceKey Key, string File, IReadOnlyList<ParentReference> Parents, IReadOnlyList<string> Hostnames, IReadOnlyList<HttpRoute> Rules)
        : IMeshResource
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "HTTPRoute";
}
