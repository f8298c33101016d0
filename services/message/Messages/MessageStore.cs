using MessageBoard.Shared.Http;
using MessageBoard.Shared.Stores;

namespace MessageBoard.MessageService.Messages;

/// <summary>A row of <c>messages</c>.</summary>
internal sealed class StoredMessage
{
    public required long Id { get; init; }

    public required long UserId { get; init; }

    public required string Message { get; init; }

    /// <summary>ms since 1970, UTC.</summary>
    public required long CreatedAt { get; init; }
}

/// <summary>The table <c>messages</c>. Every statement names the owner: nobody reaches anybody else's messages.</summary>
internal sealed class MessageStore(Database database, TimeProvider clock) : ISchema
{
    private const string Columns = "id AS Id, user_id AS UserId, message AS Message, created_at AS CreatedAt";

    public IEnumerable<string> Statements =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS messages (
            id {database.AutoId},
            user_id BIGINT NOT NULL,
            message TEXT NOT NULL,
            message_key TEXT NOT NULL,
            created_at BIGINT NOT NULL
        ){database.TableOptions}
        """,
        "CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user_id, id)",
    ];

    /// <summary>Adds a message; it is in the database when this returns.</summary>
    public async Task<StoredMessage> AddAsync(long userId, string message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var id = await database.QuerySingleOrDefaultAsync<long>(
            "INSERT INTO messages (user_id, message, message_key, created_at) VALUES (@userId, @message, @key, @now) RETURNING id",
            new { userId, message, key = Folding.Fold(message), now }, cancellationToken);
        return new() { Id = id, UserId = userId, Message = message, CreatedAt = now };
    }

    public Task<StoredMessage?> FindAsync(long userId, long id, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<StoredMessage>(
            $"SELECT {Columns} FROM messages WHERE id = @id AND user_id = @userId", new { userId, id }, cancellationToken);

    /// <summary>
    /// The user's messages, newest first; with <paramref name="text"/> only those that contain it, without regard to case.
    /// </summary>
    public async Task<Page<StoredMessage>> ListAsync(long userId, string? text, Paging paging, CancellationToken cancellationToken)
    {
        // INSTR knows no wildcards.
        var where = text is null ? "user_id = @userId" : "user_id = @userId AND INSTR(message_key, @key) > 0";
        var parameters = new { userId, key = text is null ? null : Folding.Fold(text), paging.Limit, paging.Offset };

        var total = await database.QuerySingleOrDefaultAsync<long>(
            $"SELECT COUNT(*) FROM messages WHERE {where}", parameters, cancellationToken);
        var rows = await database.QueryAsync<StoredMessage>(
            $"SELECT {Columns} FROM messages WHERE {where} ORDER BY id DESC LIMIT @Limit OFFSET @Offset", parameters, cancellationToken);
        return new(rows, total, paging.Offset, paging.Limit);
    }

    /// <summary>Deletes a message; false when the user has none of this id.</summary>
    public async Task<bool> TryDeleteAsync(long userId, long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM messages WHERE id = @id AND user_id = @userId", new { userId, id }, cancellationToken) == 1;
}
