using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MessageBoard.Shared.Stores;

namespace MessageBoard.Shared.Sessions;

/// <summary>
/// Sessions in Redis under <c>session:</c> and the SHA-256 of the token, so that who reads Redis cannot log in with what they see.
/// </summary>
public sealed class SessionStore(Redis redis)
{
    /// <summary>How long a session lives after its last use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int TokenBytes = 32;

    /// <summary>Starts a session.</summary>
    /// <returns>The token for the cookie: 256 random bits as base64url.</returns>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<string> CreateAsync(Session session)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        await redis.RunAsync(redis => redis.StringSetAsync(KeyOf(token), JsonSerializer.Serialize(session), Lifetime));
        return token;
    }

    /// <summary>Looks a session up, and starts its hour anew.</summary>
    /// <returns>The session; null when there is none for this token.</returns>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<Session?> FindAsync(string token)
    {
        string? json = await redis.RunAsync(redis => redis.StringGetSetExpiryAsync(KeyOf(token), Lifetime));
        return json is null ? null : JsonSerializer.Deserialize<Session>(json);
    }

    /// <summary>Ends a session.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public Task DeleteAsync(string token) => redis.RunAsync(redis => redis.KeyDeleteAsync(KeyOf(token)));

    private static string KeyOf(string token) => $"session:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";
}
