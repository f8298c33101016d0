using System.Security.Cryptography;
using System.Text;
using MessageBoard.Shared.Sessions;
using MessageBoard.Shared.Stores;

namespace MessageBoard.UserService.Users;

/// <summary>
/// Ends the admin's sessions once a rotated password is in force. Redis keeps which one they were begun with (a SHA-256 of its salted
/// hash), because the password may have been set by a process that has no Redis (<see cref="SchemaCommand"/>). Tries until Redis is there.
/// </summary>
internal sealed class AdminSessions(Schema schema, UserStore users, SessionStore sessions, Redis redis, TimeProvider clock)
    : BackgroundService
{
    private const string Key = "admin-password";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Made.WaitAsync(stoppingToken);
        while (!await TryEndAsync(stoppingToken))
            await Task.Delay(RetryDelay, clock, stoppingToken);
    }

    private async Task<bool> TryEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await users.FindAsync(AdminSeed.Name, cancellationToken) is not { } admin)
                return true;

            var now = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(admin.PasswordHash)));
            if (await redis.RunAsync(redis => redis.StringGetAsync(Key)) == now)
                return true;

            await sessions.DeleteOthersAsync(admin.Id, kept: null);
            await redis.RunAsync(redis => redis.StringSetAsync(Key, now));
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
