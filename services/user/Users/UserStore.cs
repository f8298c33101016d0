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

/// <summary>The table <c>users</c>. Names are kept composed (NFC) and are unique without regard to case.</summary>
internal sealed class UserStore(Database database, TimeProvider clock) : ISchema
{
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
    ];

    /// <summary>Adds a user and returns the name as it is kept; null when it is taken.</summary>
    public async Task<string?> TryAddAsync(string name, string passwordHash, bool isAdmin, CancellationToken cancellationToken)
    {
        var composed = name.Normalize();
        var sql = $"{database.InsertIgnore} INTO users (name, name_key, password_hash, is_admin, created_at) "
            + "VALUES (@name, @key, @passwordHash, @isAdmin, @now)";
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var row = new { name = composed, key = KeyOf(name), passwordHash, isAdmin = isAdmin ? 1 : 0, now };
        return await database.ExecuteAsync(sql, row, cancellationToken) == 1 ? composed : null;
    }

    public Task<User?> FindAsync(string name, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<User>(
            $"SELECT {Columns} FROM users WHERE name_key = @key", new { key = KeyOf(name) }, cancellationToken);

    public Task SetPasswordAsync(long id, string passwordHash, CancellationToken cancellationToken) =>
        database.ExecuteAsync("UPDATE users SET password_hash = @passwordHash WHERE id = @id", new { id, passwordHash }, cancellationToken);

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

    /// <summary>What is the same for names that count as one.</summary>
    public static string KeyOf(string name) => Folding.Fold(name.Normalize());
}
