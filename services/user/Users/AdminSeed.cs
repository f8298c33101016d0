using MessageBoard.Shared.Stores;

namespace MessageBoard.UserService.Users;

/// <summary>
/// Makes the user <c>admin</c> with the password in the file <c>Admin:PasswordFile</c>. The file is the truth: when it holds
/// another password than before, as after a Secret's rotation, the new one is set.
/// </summary>
internal sealed class AdminSeed(UserStore users, Passwords passwords, IConfiguration configuration) : ISeed
{
    public const string Name = "admin";

    private static readonly HashSet<string> Looks = [.. Confusables.LooksOf(Name)];

    /// <summary>Whether a name is the admin's or can be taken for it.</summary>
    public static bool LooksLikeAdmin(string name) => Confusables.LooksOf(name).Any(Looks.Contains);

    public async Task SowAsync(CancellationToken cancellationToken)
    {
        await users.TakeOldLooksAsync(cancellationToken);
        if (configuration["Admin:PasswordFile"] is not { Length: > 0 } file)
            return;

        var password = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        if (password.Length == 0)
            throw new InvalidOperationException($"The file {file} (Admin:PasswordFile) is empty.");

        if (await users.FindAsync(Name, cancellationToken) is { } admin)
        {
            if (passwords.Check(admin.PasswordHash, password) is not { Matches: true, IsOld: false })
                await users.TrySetPasswordAsync(admin.Id, admin.PasswordHash, passwords.Hash(password), cancellationToken);
        }
        else
        {
            await users.TryAddAsync(Name, passwords.Hash(password), isAdmin: true, cancellationToken);
        }
    }
}
