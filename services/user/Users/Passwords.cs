using Microsoft.AspNetCore.Identity;

namespace MessageBoard.UserService.Users;

/// <summary>Hashes and checks passwords with ASP.NET Core Identity's hasher (PBKDF2).</summary>
internal sealed class Passwords
{
    private readonly PasswordHasher<object> _hasher = new();
    private readonly string _nobodysHash;

    public Passwords() => _nobodysHash = Hash(Guid.NewGuid().ToString());

    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>
    /// Whether the password is the hash's. Takes as long without a hash: how long a login takes does not tell whether the user
    /// exists.
    /// </summary>
    public bool Matches(string? hash, string password) =>
        _hasher.VerifyHashedPassword(this, hash ?? _nobodysHash, password) != PasswordVerificationResult.Failed && hash is not null;
}
