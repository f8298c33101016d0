using Microsoft.AspNetCore.Http.Features;

namespace MessageBoard.Shared.Http;

/// <summary>The request target (RFC 9112, 3.2) as it was sent: Kestrel decodes what it makes the path of.</summary>
public static class SentTarget
{
    /// <summary>The target of a request.</summary>
    public static string Of(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>A target without its query.</summary>
    public static ReadOnlySpan<char> WithoutQuery(string target) =>
        target.IndexOf('?') is >= 0 and var query ? target.AsSpan(0, query) : target;
}
