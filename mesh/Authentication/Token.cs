using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MessageBoard.Mesh.Authentication;

/// <summary>
/// A JSON Web Token (RFC 7519) that was read and not checked. What is wrong with one is said in Envoy's order
/// (source/common/jwt/jwt.cc).
/// </summary>
internal sealed class Token
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // Those that Envoy knows; which of them a key can check is the key's to say, and "none" is not among them.
    private static readonly HashSet<string> Algorithms =
    [
        "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA",
    ];

    private Token()
    {
    }

    /// <summary>How it is signed.</summary>
    public string Algorithm { get; private set; } = "";

    /// <summary>Which key it is signed with; empty when it does not say.</summary>
    public string KeyId { get; private set; } = "";

    public string Issuer { get; private set; } = "";

    public IReadOnlyList<string> Audiences { get; private set; } = [];

    /// <summary>From when on it is valid, in seconds since 1970; 0 for always.</summary>
    public double NotBefore { get; private set; }

    /// <summary>Until when it is valid, in seconds since 1970; 0 for ever.</summary>
    public double Expires { get; private set; }

    /// <summary>What it says.</summary>
    public JsonElement Payload { get; private set; }

    /// <summary>The same as it was sent.</summary>
    public string EncodedPayload { get; private set; } = "";

    /// <summary>What is signed.</summary>
    public byte[] SignedBytes { get; private set; } = [];

    public byte[] Signature { get; private set; } = [];

    /// <summary>Reads a token; null, and why, when it is none.</summary>
    public static Token? Read(string text, out string? problem)
    {
        var token = new Token();
        problem = token.TryRead(text);
        return problem is null ? token : null;
    }

    private string? TryRead(string text)
    {
        if (text.Split('.') is not [{ Length: > 0 } header, { Length: > 0 } payload, { Length: > 0 } signature])
            return TokenProblem.BadFormat;

        if (ReadHeader(header) is { } wrongHeader)
            return wrongHeader;

        if (Decode(payload) is not { } bytes)
            return TokenProblem.PayloadBadBase64;

        if (ParseObject(bytes) is not { } claims)
            return TokenProblem.PayloadBadJson;

        if (ReadClaims(claims) is { } wrongClaim)
            return wrongClaim;

        if (Decode(signature) is not { } signed)
            return TokenProblem.SignatureBadBase64;

        (Payload, EncodedPayload, Signature) = (claims, payload, signed);
        SignedBytes = Encoding.ASCII.GetBytes(text, 0, header.Length + 1 + payload.Length);
        return null;
    }

    private string? ReadHeader(string header)
    {
        if (Decode(header) is not { } bytes)
            return TokenProblem.HeaderBadBase64;

        if (ParseObject(bytes) is not { } fields)
            return TokenProblem.HeaderBadJson;

        if (!fields.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String)
            return TokenProblem.HeaderBadAlgorithm;

        Algorithm = algorithm.GetString()!;
        if (!Algorithms.Contains(Algorithm))
            return TokenProblem.AlgorithmNotSupported;

        if (!fields.TryGetProperty("kid", out var keyId))
            return null;

        KeyId = keyId.ValueKind == JsonValueKind.String ? keyId.GetString()! : "";
        return keyId.ValueKind == JsonValueKind.String ? null : TokenProblem.HeaderBadKeyId;
    }

    private string? ReadClaims(JsonElement claims)
    {
        foreach (var name in (ReadOnlySpan<string>)["iss", "sub", "jti"])
        {
            if (claims.TryGetProperty(name, out var text) && text.ValueKind != JsonValueKind.String)
                return TokenProblem.NotText(name);
        }

        foreach (var name in (ReadOnlySpan<string>)["iat", "nbf", "exp"])
        {
            if (!claims.TryGetProperty(name, out var number))
                continue;

            if (number.ValueKind != JsonValueKind.Number)
                return TokenProblem.NotWhole(name);

            if (number.GetDouble() is < 0 or >= ulong.MaxValue)
                return TokenProblem.OutOfRange(name);
        }

        Issuer = claims.TryGetProperty("iss", out var issuer) ? issuer.GetString()! : "";
        NotBefore = claims.TryGetProperty("nbf", out var notBefore) ? Math.Floor(notBefore.GetDouble()) : 0;
        Expires = claims.TryGetProperty("exp", out var expires) ? Math.Floor(expires.GetDouble()) : 0;
        if (!claims.TryGetProperty("aud", out var audience))
            return null;

        if (audience.ValueKind == JsonValueKind.String)
        {
            Audiences = [audience.GetString()!];
            return null;
        }

        if (audience.ValueKind != JsonValueKind.Array || audience.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.String))
            return TokenProblem.BadAudience;

        Audiences = [.. audience.EnumerateArray().Select(one => one.GetString()!)];
        return null;
    }

    private static byte[]? Decode(string text) => Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    private static JsonElement? ParseObject(byte[] json)
    {
        try
        {
            var element = JsonDocument.Parse(json, Strict).RootElement;
            return element.ValueKind == JsonValueKind.Object && AreTexts(json) ? element : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Half of a surrogate pair, or what is no UTF-8, is found by .NET only when somebody wants the text.
    private static bool AreTexts(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                reader.GetString();
        }

        return Utf8.IsValid(json);
    }
}
