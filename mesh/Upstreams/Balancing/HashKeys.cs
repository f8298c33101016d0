using System.Buffers.Binary;
using System.Security.Cryptography;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Upstreams.Balancing;

/// <summary>The keys of consistent hashing.</summary>
internal static class HashKeys
{
    /// <summary>The same number for the same text, in every process.</summary>
    public static ulong Hash(string text) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>A request's key; null when it has none.</summary>
    public static ulong? Of<TRequest>(ConsistentHash settings, in TRequest request) where TRequest : struct, IRoutableRequest
    {
        var key = settings.Key switch
        {
            HashKey.Header => request.TryGetHeader(settings.Name!, out var header) ? header : null,
            HashKey.QueryParameter => QueryParameter.TryGet(request.Query, settings.Name!, out var parameter) ? parameter : null,
            HashKey.Cookie => request.TryGetHeader("Cookie", out var cookies) ? Cookie(cookies, settings.Name!) : null,

            // To a sidecar the source is the workload that it stands beside, for all of its requests the same.
            _ => "source",
        };
        return key is null ? null : Hash(key);
    }

    private static string? Cookie(string cookies, string name)
    {
        foreach (var range in cookies.AsSpan().Split(';'))
        {
            var cookie = cookies.AsSpan(range).Trim();
            if (cookie.StartsWith(name, StringComparison.Ordinal) && cookie.Length > name.Length && cookie[name.Length] == '=')
                return cookie[(name.Length + 1)..].Trim('"').ToString();
        }

        return null;
    }
}
