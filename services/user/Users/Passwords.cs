using System.Threading.RateLimiting;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace MessageBoard.UserService.Users;

/// <summary>
/// Hashes and checks passwords with ASP.NET Core Identity's hasher: PBKDF2 with HMAC-SHA512, which OWASP's Password Storage Cheat Sheet
/// wants 220,000 times.
/// </summary>
internal sealed class Passwords : IDisposable
{
    private const int Iterations = 220_000;

    // How long a hash may wait for its turn: with its own time it is within the second that a caller, and the mesh's timeout, gives it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly PasswordHasher<object> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _nobodysHash;

    // A hash costs some 150 ms of a core on purpose, and half of the cores are for the rest. Who comes last has the next turn: a flood's
    // own first ones wait behind it, and not others. Of one account one is at work, of one address four: nobody has all turns.
    private readonly PartitionedRateLimiter<(string Account, string Address)> _turns =
        PartitionedRateLimiter.CreateChained(
            Turns(who => who.Account, atOnce: 1, waiting: 4),
            Turns(who => who.Address, atOnce: 4, waiting: 64),
            Turns(_ => "", Math.Max(1, Environment.ProcessorCount / 2), waiting: 64));

    public Passwords() => _nobodysHash = new(() => Hash(Guid.NewGuid().ToString()));

    /// <summary>Does work that hashes when it is its turn, on a thread of its own: the pool's few are for all other requests.</summary>
    /// <returns>What the work returns; null when its turn did not come within half a second.</returns>
    public async Task<T?> InTurnAsync<T>(string account, HttpContext context, Func<T> work) where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            using var turn = await _turns.AcquireAsync((account, ClientAddress.Of(context)), 1, patience.Token);
            return turn.IsAcquired
                ? await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                : null;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether a password is the right one, and its new hash where there has to be one.</summary>
    internal sealed record Checked(bool Matches, string? NewHash);

    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>
    /// Whether the password is the hash's, and whether the hash is one of today. Takes as long without a hash: how long a log-in takes
    /// does not tell whether the user exists.
    /// </summary>
    public (bool Matches, bool IsOld) Check(string? hash, string password)
    {
        var result = _hasher.VerifyHashedPassword(this, hash ?? _nobodysHash.Value, password);
        return (result != PasswordVerificationResult.Failed && hash is not null, result == PasswordVerificationResult.SuccessRehashNeeded);
    }

    public void Dispose() => _turns.Dispose();

    private static PartitionedRateLimiter<(string Account, string Address)> Turns(
        Func<(string Account, string Address), string> whose, int atOnce, int waiting) =>
        PartitionedRateLimiter.Create<(string Account, string Address), string>(
            who => RateLimitPartition.GetConcurrencyLimiter(whose(who), _ => new()
            {
                PermitLimit = atOnce,
                QueueLimit = waiting,
                QueueProcessingOrder = QueueProcessingOrder.NewestFirst,
            }));
}
