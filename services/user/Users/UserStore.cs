using MessageBoard.Shared.Http;
using MessageBoard.Shared.Stores;

namespace MessageBoard.UserService.Users;

/// <summary>A row of <c>users</c>.</summary>
internal sealed class User
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string PasswordHash { get; init; }

    public required bool IsAdmin { get; init; }
}

/// <summary>
/// The tables <c>users</c> and <c>user_looks</c>. Names are kept composed (NFC) and are unique without regard to case, and among them no
/// new one looks like another's.
/// </summary>
internal sealed class UserStore(Database database, TimeProvider clock) : ISchema
{
    /// <summary>What no key of a user is longer than, in UTF-16 units.</summary>
    public const int MaxKeyLength = 64;

    private const string Columns = "id AS Id, name AS Name, password_hash AS PasswordHash, is_admin AS IsAdmin";

    public IEnumerable<string> Statements =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS users (
            id {database.AutoId},
            name VARCHAR(64) NOT NULL,
            name_key VARCHAR(64) NOT NULL UNIQUE,
            password_hash VARCHAR(255) NOT NULL,
            is_admin INT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL
        ){database.TableOptions}
        """,
        $"""
        CREATE TABLE IF NOT EXISTS user_looks (
            look CHAR(64) NOT NULL PRIMARY KEY,
            name_key VARCHAR(64) NOT NULL
        ){database.TableOptions}
        """,
    ];

    /// <summary>Adds a user and returns the name as it is kept; null when it, or one that looks like it, is taken.</summary>
    public async Task<string?> TryAddAsync(string name, string passwordHash, bool isAdmin, CancellationToken cancellationToken)
    {
        var composed = name.Normalize();
        if (!await TakeLooksAsync(composed, cancellationToken) && !isAdmin)
            return null;

        var sql = $"{database.InsertIgnore} INTO users (name, name_key, password_hash, is_admin, created_at) "
            + "VALUES (@name, @key, @passwordHash, @isAdmin, @now)";
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var row = new { name = composed, key = KeyOf(name), passwordHash, isAdmin = isAdmin ? 1 : 0, now };
        return await database.ExecuteAsync(sql, row, cancellationToken) == 1 ? composed : null;
    }

    public Task<User?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<User>(
            $"SELECT {Columns} FROM users WHERE name_key = @key", new { key = KeyOf(name) }, cancellationToken);

    /// <summary>
    /// Sets a new hash in place of <paramref name="oldHash"/>; false when that is no longer the user's, because somebody was quicker.
    /// </summary>
    public async Task<bool> TrySetPasswordAsync(long id, string oldHash, string newHash, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE users SET password_hash = @newHash WHERE id = @id AND password_hash = @oldHash", new { id, oldHash, newHash },
            cancellationToken) == 1;

    /// <summary>Takes the looks of all names that were there before looks were kept; of two that look alike the older one has it.</summary>
    public async Task TakeOldLooksAsync(CancellationToken cancellationToken)
    {
        const string withoutLook = "SELECT name FROM users WHERE name_key NOT IN (SELECT name_key FROM user_looks) ORDER BY id";
        foreach (var name in await database.QueryAsync<string>(withoutLook, cancellationToken: cancellationToken))
            await TakeLooksAsync(name, cancellationToken);
    }

    public async Task<Page<string>> ListAsync(Paging paging, CancellationToken cancellationToken)
    {
        var total = await database.QuerySingleOrDefaultAsync<long>("SELECT COUNT(*) FROM users", cancellationToken: cancellationToken);
        var names = await database.QueryAsync<string>(
            "SELECT name FROM users ORDER BY name_key LIMIT @Limit OFFSET @Offset", paging, cancellationToken);
        return new(names, total, paging.Offset, paging.Limit);
    }

    public async Task<Dictionary<long, string>> NamesAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<(long Id, string Name)>(
            "SELECT id, name FROM users WHERE id IN @ids", new { ids }, cancellationToken);
        return rows.ToDictionary(row => row.Id, row => row.Name);
    }

    // In one order for all, up to the first that is another's: of two that come at once and look alike, one gets in. Not in one transaction
    // with the user: a name whose looks are taken and that nobody has is free for who comes with the same name.
    private async Task<bool> TakeLooksAsync(string name, CancellationToken cancellationToken)
    {
        var key = KeyOf(name);
        foreach (var look in Confusables.LooksOf(name).Order(StringComparer.Ordinal))
        {
            var row = new { look, key };
            var isNew = await database.ExecuteAsync(
                $"{database.InsertIgnore} INTO user_looks (look, name_key) VALUES (@look, @key)", row, cancellationToken) == 1;
            if (!isNew && await database.QuerySingleOrDefaultAsync<string>(
                "SELECT name_key FROM user_looks WHERE look = @look", row, cancellationToken) != key)
                return false;
        }

        return true;
    }

    /// <summary>What is the same for names that count as one.</summary>
    public static string KeyOf(string name) => Folding.Fold(name.Normalize());
}
