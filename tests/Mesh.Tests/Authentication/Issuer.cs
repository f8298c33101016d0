using System.Buffers.Text;
using System.Security.Cryptography;

namespace MessageBoard.Mesh.Tests.Authentication;

/// <summary>Somebody who makes tokens, with .NET's own signatures.</summary>
internal sealed class Issuer : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Its name.</summary>
    public const string Name = "https://issuer.example";

    /// <summary>Its two public keys.</summary>
    public string Jwks => $$"""{"keys":[{{RsaKey()}},{{EcKey()}}]}""";

    public string RsaKey(string kid = "r", string? alg = "RS256")
    {
        var key = _rsa.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{kid}}"{{Alg(alg)}},"n":"{{Encode(key.Modulus!)}}","e":"{{Encode(key.Exponent!)}}"}""";
    }

    public string EcKey(string kid = "e", string? alg = null)
    {
        var point = _ec.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}"{{Alg(alg)}},"x":"{{Encode(point.X!)}}","y":"{{Encode(point.Y!)}}"}""";
    }

    /// <summary>A token that is good: made a minute ago, for ten minutes.</summary>
    /// <param name="more">More claims, as JSON.</param>
    /// <param name="alg">How it is signed.</param>
    public string Token(string more = "", string alg = "RS256") => Token(Claims(more), alg, alg[0] == 'E' ? "e" : "r");

    /// <summary>A token with this payload.</summary>
    public string Token(string payload, string alg, string? kid)
    {
        var signed = $"{Encode($$"""{"alg":"{{alg}}"{{(kid is null ? "" : $",\"kid\":\"{kid}\"")}}}""")}.{Encode(payload)}";
        return $"{signed}.{Encode(Sign(alg, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The claims of a good token, of which those of <paramref name="more"/> may say otherwise.</summary>
    public static string Claims(string more = "", long lifetime = 600)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var own = new (string Name, string Value)[]
        {
            ("iss", $"\"{Name}\""), ("sub", "\"ann\""), ("iat", $"{now - 60}"), ("exp", $"{now + lifetime}"),
        };
        return $"{{{string.Join(',', own.Where(claim => !more.Contains($"\"{claim.Name}\":", StringComparison.Ordinal))
            .Select(claim => $"\"{claim.Name}\":{claim.Value}").Append(more).Where(text => text.Length > 0))}}}";
    }

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
    }

    private byte[] Sign(string alg, byte[] bytes) => alg switch
    {
        "RS256" => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "RS512" => _rsa.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        "PS256" => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => _ec.SignData(bytes, HashAlgorithmName.SHA256),
        // The old attack: the public key, which everybody has, as the shared secret.
        "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), bytes),
        _ => [0],
    };

    private static string Alg(string? alg) => alg is null ? "" : $",\"alg\":\"{alg}\"";
}
