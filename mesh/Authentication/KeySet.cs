using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace MessageBoard.Mesh.Authentication;

/// <summary>An issuer's public keys (RFC 7517). RSA and elliptic curves; a shared secret is none, so that HS256 is never taken.</summary>
internal sealed class KeySet
{
    private static readonly Dictionary<string, string> Curves = new() { ["P-256"] = "ES256", ["P-384"] = "ES384", ["P-521"] = "ES512" };

    private readonly JsonWebKey[] _keys;

    private KeySet(JsonWebKey[] keys) => _keys = keys;

    /// <summary>Reads a key set; of what it has the keys that are not known are passed over. Null when it is none.</summary>
    public static KeySet? Read(string json)
    {
        try
        {
            return new([.. new JsonWebKeySet(json).Keys.Where(IsPublicKey)]);
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Why a token was not signed by one of these keys; null when it was (Envoy's source/common/jwt/verify.cc).</summary>
    public string? Verify(Token token)
    {
        if (_keys.Length == 0)
            return TokenProblem.NoValidKeys;

        var problem = TokenProblem.NoMatchingKey;
        foreach (var key in _keys)
        {
            if ((token.KeyId.Length > 0 && key.Kid is { Length: > 0 } && key.Kid != token.KeyId)
                || (key.Alg is { Length: > 0 } && key.Alg != token.Algorithm))
                continue;

            if (IsFor(key, token.Algorithm) && IsSignedBy(key, token))
                return null;

            problem = TokenProblem.VerificationFails;
        }

        return problem;
    }

    private static bool IsPublicKey(JsonWebKey key) => key.Kty switch
    {
        "RSA" => key is { N.Length: > 0, E.Length: > 0 } && key.Alg is null or "" or ['R' or 'P', 'S', ..],
        "EC" => key is { X.Length: > 0, Y.Length: > 0 } && key.Crv is not null && Curves.TryGetValue(key.Crv, out var algorithm)
            && (string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm),
        _ => false,
    };

    private static bool IsFor(JsonWebKey key, string algorithm) =>
        key.Kty == "RSA" ? algorithm is ['R' or 'P', 'S', ..] : Curves[key.Crv] == algorithm;

    private static bool IsSignedBy(JsonWebKey key, Token token)
    {
        try
        {
            var provider = key.CryptoProviderFactory.CreateForVerifying(key, token.Algorithm);
            try
            {
                return provider.Verify(token.SignedBytes, token.Signature);
            }
            finally
            {
                key.CryptoProviderFactory.ReleaseSignatureProvider(provider);
            }
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or InvalidOperationException
            or SecurityTokenException or CryptographicException or FormatException)
        {
            return false; // a key that is none, or too short
        }
    }
}
