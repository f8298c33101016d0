using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Authentication;

/// <summary>Checks the tokens of one rule, as one provider of Envoy's filter (jwt_authn/authenticator.cc).</summary>
internal sealed class TokenProvider
{
    private const int ClockSkewSeconds = 60;

    private readonly JwtRule _rule;
    private readonly TokenLocation[] _locations;
    private readonly HashSet<string> _audiences;
    private readonly KeySet? _keys;
    private readonly ClaimHeaders _headers;

    public TokenProvider(JwtRule rule)
    {
        (_rule, _locations, _headers) = (rule, TokenLocation.Of(rule), new(rule));
        _audiences = [.. rule.Audiences.Select(Plain)];
        _keys = rule.Jwks is null ? null : KeySet.Read(rule.Jwks);
    }

    public string Issuer => _rule.Issuer;

    public bool IsRequired => _rule.IsRequired;

    /// <summary>The headers that only this gives: a caller's own are taken away.</summary>
    public IEnumerable<string> Headers => _headers.Names;

    /// <summary>Looks for tokens, all of which have to be good, and checks them.</summary>
    public async ValueTask<TokenResult> CheckAsync(HttpRequest request, KeySource source, DateTimeOffset now)
    {
        List<string>? found = null;
        foreach (var location in _locations)
            location.Find(request, ref found);

        if (found is null)
            return new(TokenProblem.Missing, null);

        Token? token = null;
        foreach (var text in found)
        {
            token = Token.Read(text, out var problem);
            problem ??= CheckClaims(token!, now) ?? await CheckSignatureAsync(token!, source);
            if (problem is not null)
                return new(problem, null);
        }

        return new(null, token);
    }

    /// <summary>Gives the workload of a good token what it shall have.</summary>
    public void Apply(HttpRequest request, Token token)
    {
        _headers.Add(request.Headers, token);
        if (_rule.ForwardOriginalToken)
            return;

        foreach (var location in _locations)
            location.Remove(request);
    }

    /// <summary>What policies see of a token.</summary>
    public System.Text.Json.JsonElement ClaimsOf(Token token) => SpaceDelimited.Split(token.Payload, _rule.SpaceDelimitedClaims);

    private string? CheckClaims(Token token, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return _rule.Issuer.Length > 0 && token.Issuer != _rule.Issuer ? TokenProblem.UnknownIssuer
            : seconds + ClockSkewSeconds < token.NotBefore ? TokenProblem.NotYetValid
            : token.Expires > 0 && seconds > token.Expires + ClockSkewSeconds ? TokenProblem.Expired
            : _audiences.Count > 0 && !token.Audiences.Any(audience => _audiences.Contains(Plain(audience)))
                ? TokenProblem.AudienceNotAllowed : null;
    }

    private async ValueTask<string?> CheckSignatureAsync(Token token, KeySource source)
    {
        if (_rule.Jwks is not null)
            return _keys is null ? TokenProblem.NoValidKeys : _keys.Verify(token);

        return await source.GetAsync(_rule) is { } keys ? keys.Verify(token) : TokenProblem.FetchFailed;
    }

    // Of an audience neither the scheme nor a slash at its end counts (Envoy's check_audience.cc).
    private static string Plain(string audience)
    {
        var start = audience.StartsWith("https://", StringComparison.Ordinal) ? 8
            : audience.StartsWith("http://", StringComparison.Ordinal) ? 7 : 0;
        return audience.EndsWith('/') && audience.Length > start ? audience[start..^1] : audience[start..];
    }
}

/// <summary>What became of a rule's tokens.</summary>
/// <param name="Problem">Why they are refused, or that there is none; null when they are good.</param>
/// <param name="Token">The good one.</param>
internal readonly record struct TokenResult(string? Problem, Token? Token);
