namespace MessageBoard.Mesh.Loading;

/// <summary>What the filters of a rule or backend do.</summary>
internal sealed record GatewayFilters
{
    public HttpHeaderRules Headers { get; init; } = HttpHeaderRules.None;

    public HttpRedirect? Redirect { get; init; }

    public HttpRewrite? Rewrite { get; init; }

    public IReadOnlyList<HttpMirror> Mirrors { get; init; } = [];

    public CorsPolicy? Cors { get; init; }

    /// <summary>The path modifier that needs the matched prefix; null when there is none.</summary>
    public YamlFields? PrefixModifier { get; init; }
}
