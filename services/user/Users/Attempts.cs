using System.Security.Cryptography;
using System.Text;
using MessageBoard.Shared.Stores;
using StackExchange.Redis;

namespace MessageBoard.UserService.Users;

/// <summary>How much of something is allowed in a time that begins with the first of it.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Most">How many.</param>
/// <param name="Window">In which time.</param>
internal sealed record AttemptLimit(string Name, int Most, TimeSpan Window);

/// <summary>
/// Counts attempts in Redis, for all processes together, under <c>attempts:</c> and a SHA-256: no name and no address stands there.
/// Without Redis nothing is allowed: a session needs it as well.
/// </summary>
/// <exception cref="StoreUnavailableException">From every method: Redis does not answer.</exception>
internal sealed class Attempts(Redis redis)
{
    /// <summary>Counts an attempt.</summary>
    /// <returns>Null when it is within the limit, else when to come back.</returns>
    public async Task<TimeSpan?> TakeAsync(AttemptLimit limit, string whose)
    {
        var (count, left) = await AddAsync(limit, whose, 1);
        return count <= limit.Most ? null : left ?? limit.Window;
    }

    /// <summary>Takes an attempt back.</summary>
    public Task GiveBackAsync(AttemptLimit limit, string whose) => AddAsync(limit, whose, -1);

    // The key is made first, with its end: a count without an end would block for ever.
    private Task<(long Count, TimeSpan? Left)> AddAsync(AttemptLimit limit, string whose, long change) => redis.RunAsync(async redis =>
    {
        var key = $"attempts:{limit.Name}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whose)))}";
        var transaction = redis.CreateTransaction();
        _ = transaction.StringSetAsync(key, 0, limit.Window, When.NotExists);
        var count = transaction.StringIncrementAsync(key, change);
        var left = transaction.KeyTimeToLiveAsync(key);
        await transaction.ExecuteAsync();
        return (await count, await left);
    });
}

/// <summary>
/// An attempt that counts when it fails. It is counted before it is made, so that any number at once count, and what did not fail, or did
/// because of us, is taken back at its end.
/// </summary>
internal sealed class Attempt(Attempts attempts, params (AttemptLimit Limit, string Whose)[] limits) : IAsyncDisposable
{
    private int _counted;

    /// <summary>Whether it has failed by its maker's fault.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Counts it.</summary>
    /// <returns>Null when it may be made, else when to come back.</returns>
    /// <exception cref="StoreUnavailableException">Redis does not answer.</exception>
    public async Task<TimeSpan?> BeginAsync()
    {
        foreach (var (limit, whose) in limits)
        {
            _counted++; // also when no answer comes: Redis may have done it
            if (await attempts.TakeAsync(limit, whose) is { } wait)
                return wait;
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (HasFailed)
            return;

        foreach (var (limit, whose) in limits.Take(_counted))
            await attempts.GiveBackAsync(limit, whose).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
