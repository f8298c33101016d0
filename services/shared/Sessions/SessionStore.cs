using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using StackExchange.Redis;

namespace MessageBoard.Shared.Sessions;

/// <summary>
/// Sessions in Redis under <c>session:</c> and the SHA-256 of the token, so that who reads Redis cannot log in with what they see. The
/// sorted set <c>sessions:</c> and a user's id has the keys of this user's sessions, by the time they began. Both are written in one
/// transaction: what Redis loses, it loses together, and no session is without its place in the set.
/// </summary>
public sealed class SessionStore(Redis redis, TimeProvider clock)
{
    /// <summary>How long a session lives after its last use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long a session lives however it is used.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(12);

    private const int TokenBytes = 32;

    /// <summary>Starts a session.</summary>
    /// <returns>The token for the cookie: 256 random bits as base64url.</returns>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<string> CreateAsync(Session session)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var now = clock.GetUtcNow();
        var json = JsonSerializer.Serialize(new StoredSession(session, now + LongestLifetime));
        await redis.RunAsync(redis =>
        {
            var transaction = redis.CreateTransaction();
            _ = transaction.StringSetAsync(KeyOf(token), json, Lifetime);
            _ = transaction.SortedSetAddAsync(SetOf(session.UserId), KeyOf(token), now.ToUnixTimeSeconds());
            _ = transaction.SortedSetRemoveRangeByScoreAsync(
                SetOf(session.UserId), double.NegativeInfinity, (now - LongestLifetime).ToUnixTimeSeconds());
            _ = transaction.KeyExpireAsync(SetOf(session.UserId), LongestLifetime);
            return transaction.ExecuteAsync();
        });
        return token;
    }

    /// <summary>Looks a session up, and starts its hour anew.</summary>
    /// <returns>The session; null when there is none for this token.</returns>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<Session?> FindAsync(string token)
    {
        string? json = await redis.RunAsync(redis => redis.StringGetSetExpiryAsync(KeyOf(token), Lifetime));
        CacheMetrics.Count("sessions", json is not null);
        if (json is null || JsonSerializer.Deserialize<StoredSession>(json) is not { Session: { } session } stored)
            return null;

        if (clock.GetUtcNow() < stored.Ends)
            return session;

        await DeleteAsync(token);
        return null;
    }

    /// <summary>Ends a session.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public Task DeleteAsync(string token) => redis.RunAsync(redis => redis.KeyDeleteAsync(KeyOf(token)));

    /// <summary>Ends all sessions of a user but that of <paramref name="kept"/>, which is the caller's own token.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task DeleteOthersAsync(long userId, string? kept)
    {
        var keys = await redis.RunAsync(redis => redis.SortedSetRangeByRankAsync(SetOf(userId)));
        RedisValue[] others = [.. keys.Where(key => kept is null || key != KeyOf(kept))];
        if (others.Length == 0)
            return;

        await redis.RunAsync(redis =>
        {
            var transaction = redis.CreateTransaction();
            _ = transaction.KeyDeleteAsync([.. others.Select(key => (RedisKey)(string)key!)]);
            _ = transaction.SortedSetRemoveAsync(SetOf(userId), others);
            return transaction.ExecuteAsync();
        });
    }

    private static string SetOf(long userId) => string.Create(CultureInfo.InvariantCulture, $"sessions:{userId}");

    private static string KeyOf(string token) => $"session:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";

    private sealed record StoredSession(Session? Session, DateTimeOffset Ends);
}
