using System.Collections.Concurrent;
using System.Runtime.InteropServices;
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

    // What each caller's header has to be: theirs never changes, so that it is computed once. Only who has the key gets in here.
    private readonly ConcurrentDictionary<string, string> _known = [];

    /// <summary>Tells the called service who calls; with null nobody, so that whatever the request said of it came from outside.</summary>
    public static void Tell(HttpRequestMessage request, string? source)
    {
        if (request.Headers.NonValidated.Contains(Header))
            request.Headers.Remove(Header);

        if (source is not null)
            request.Headers.TryAddWithoutValidation(Header, source);
    }

    /// <summary>The header's value for a caller.</summary>
    public string Sign(string principal) =>
        $"{principal} {Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(principal)))}";

    /// <summary>The caller, when the header is there and the signature is right; null otherwise.</summary>
    public string? Verify(string? header)
    {
        if (header?.IndexOf(' ') is not (> 0 and var end))
            return null;

        if (_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(header.AsSpan(0, end), out var principal, out var known))
            return AreEqual(header, known) ? principal : null;

        var signed = Sign(principal = header[..end]);
        if (!AreEqual(header, signed))
            return null;

        _known.TryAdd(principal, signed);
        return principal;
    }

    private static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(one.AsSpan()), MemoryMarshal.AsBytes(other.AsSpan()));
}
