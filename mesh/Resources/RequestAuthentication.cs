namespace MessageBoard.Mesh.Resources;

/// <summary>
/// Which tokens a workload takes (https://istio.io/latest/docs/reference/config/security/request_authentication/). One that is not valid is
/// refused; none at all is answered, if the policies let it.
/// </summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Selector">The labels of the workloads it is for; none for all of the namespace.</param>
/// <param name="JwtRules">One for each issuer.</param>
public sealed record RequestAuthentication(
    ResourceKey Key, string File, IReadOnlyDictionary<string, string> Selector, IReadOnlyList<JwtRule> JwtRules) : IMeshResource;

/// <summary>The tokens of one issuer.</summary>
public sealed record JwtRule
{
    /// <summary>Who makes them; empty for anybody.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>Whom one of them has to be for; none for anybody.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>The issuer's keys as a JSON Web Key Set (RFC 7517); null when they are elsewhere.</summary>
    public string? Jwks { get; init; }

    /// <summary>Where the keys are; null when they are here, or where OpenID Connect's discovery says.</summary>
    public Uri? JwksUri { get; init; }

    /// <summary>How long may be waited for them.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Headers that may have a token, and what stands before it there.</summary>
    public IReadOnlyList<JwtHeader> FromHeaders { get; init; } = [];

    /// <summary>Query parameters that may have one.</summary>
    public IReadOnlyList<string> FromParams { get; init; } = [];

    /// <summary>Cookies that may have one.</summary>
    public IReadOnlyList<string> FromCookies { get; init; } = [];

    /// <summary>Whether the workload gets to see the token.</summary>
    public bool ForwardOriginalToken { get; init; }

    /// <summary>The header that gives the workload what a token says, as base64url of JSON; null for none.</summary>
    public string? OutputPayloadToHeader { get; init; }

    /// <summary>Headers that give the workload single claims.</summary>
    public IReadOnlyList<ClaimToHeader> OutputClaimToHeaders { get; init; } = [];

    /// <summary>Claims whose text is a list of words.</summary>
    public IReadOnlyList<string> SpaceDelimitedClaims { get; init; } = [];

    /// <summary>Whether there has to be a token.</summary>
    public bool IsRequired { get; init; }
}

/// <summary>A header that may have a token.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Prefix">What stands before the token; empty for nothing.</param>
public sealed record JwtHeader(string Name, string Prefix);

/// <summary>A claim that becomes a header.</summary>
/// <param name="Header">The header's name.</param>
/// <param name="Claim">The claim; <c>a.b</c> is b in a.</param>
public sealed record ClaimToHeader(string Header, string Claim);
