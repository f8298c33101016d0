using System.Security.Cryptography;
using MessageBoard.Mesh.Upstreams.Balancing;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Finds what consistent hashing keeps a request at one endpoint by.</summary>
internal static class HashPolicy
{
    /// <summary>The request's key, or a new one in a cookie of its own, where the settings want it; null without either.</summary>
    public static (ulong? Key, string? NewCookie) Generate(ConsistentHash settings, Call call)
    {
        if (HashKeys.Of(settings, new OutgoingRequest(call.Request, call.Uri)) is { } key)
            return (key, null);

        if (settings is not { Key: HashKey.Cookie, CookieTtl: { } life })
            return (null, null);

        var value = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var path = settings.CookiePath is { Length: > 0 } given ? $"; Path={given}" : "";
        var age = life > TimeSpan.Zero ? FormattableString.Invariant($"; Max-Age={(long)life.TotalSeconds}") : "";
        return (HashKeys.Hash(value), $"{settings.Name}=\"{value}\"{age}{path}{settings.CookieAttributes}; HttpOnly");
    }
}
