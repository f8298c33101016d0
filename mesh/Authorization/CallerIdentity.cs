using System.Security.Cryptography;

namespace MessageBoard.Mesh.Authorization;

/// <summary>
/// Tells the called workload who calls, where Istio has mutual TLS: the caller's principal, signed with a key that only the
/// processes of one local run have.
/// </summary>
/// <param name="key">The key.</param>
internal sealed class CallerIdentity(byte[] key)
{
    /// <summary>The header.</summary>
    public const string Header = "X-Mesh-Source";

    /// <summary>The header's value for a caller.</summary>
    public string Sign(string principal) =>
        $"{principal} {Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(principal)))}";

    /// <summary>The caller, when the header is there and the signature is right; null otherwise.</summary>
    public string? Verify(string? header)
    {
        if (header?.Split(' ') is not [var principal, _])
            return null;

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(Sign(principal)))
            ? principal
            : null;
    }
}
