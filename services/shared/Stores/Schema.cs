using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MessageBoard.Shared.Stores;

/// <summary>
/// Makes the tables of all services when a process starts, as often as it takes until the database answers. Every statement
/// is idempotent, so any number of processes may do it at once. The process is ready when it is done.
/// </summary>
public sealed partial class Schema(Database database, IEnumerable<ISeed> seeds, TimeProvider clock, ILogger<Schema> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private volatile bool _done;

    // Times are ms since 1970 (UTC). Texts compare by code point in both databases: what should be found without regard to
    // case is stored folded, in name_key and message_key.
    private string[] Statements =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS users (
            id {AutoId},
            name VARCHAR(64) NOT NULL,
            name_key VARCHAR(64) NOT NULL UNIQUE,
            password_hash VARCHAR(255) NOT NULL,
            is_admin INT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL
        ){TableOptions}
        """,
        $"""
        CREATE TABLE IF NOT EXISTS messages (
            id {AutoId},
            user_id BIGINT NOT NULL,
            message TEXT NOT NULL,
            message_key TEXT NOT NULL,
            created_at BIGINT NOT NULL
        ){TableOptions}
        """,
        "CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user_id, id)",
        $"""
        CREATE TABLE IF NOT EXISTS kafka_logs (
            id CHAR(32) NOT NULL PRIMARY KEY,
            time BIGINT NOT NULL,
            user_name VARCHAR(64),
            method VARCHAR(16) NOT NULL,
            path VARCHAR(512) NOT NULL,
            route VARCHAR(128) NOT NULL,
            status INT NOT NULL,
            duration_ms DOUBLE NOT NULL,
            service VARCHAR(64) NOT NULL,
            cluster VARCHAR(64) NOT NULL,
            pod VARCHAR(253) NOT NULL,
            trace_id CHAR(32) NOT NULL
        ){TableOptions}
        """,
        "CREATE INDEX IF NOT EXISTS kafka_logs_by_time ON kafka_logs (time)",
        "CREATE INDEX IF NOT EXISTS kafka_logs_by_user ON kafka_logs (user_name, time)",
    ];

    private string AutoId => database.IsSqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT PRIMARY KEY AUTO_INCREMENT";

    private string TableOptions => database.IsSqlite ? "" : " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_done ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the tables have not been made yet"));

    /// <summary>Makes the tables, and the rows of the seeds; waits for the database for as long as <paramref name="patience"/>.</summary>
    /// <exception cref="StoreUnavailableException">The database has not answered in that time.</exception>
    public async Task MakeAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (string? known = null; !_done;)
        {
            try
            {
                await MakeAsync(cancellationToken);
                _done = true;
            }
            catch (StoreUnavailableException exception) when (clock.GetElapsedTime(started) < patience)
            {
                var reason = exception.InnerException!.Message;
                if (reason != known) // a line for each attempt would hide all others
                    LogWaiting(reason);

                known = reason;
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => MakeAsync(TimeSpan.MaxValue, stoppingToken);

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (database.IsSqlite)
            await database.QueryAsync<string>("PRAGMA journal_mode = WAL", cancellationToken: cancellationToken);

        foreach (var statement in Statements)
            await database.ExecuteAsync(statement, cancellationToken: cancellationToken);

        foreach (var seed in seeds)
            await seed.SowAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The database is not there yet: {Reason}")]
    private partial void LogWaiting(string reason);
}

/// <summary>Rows that have to be there before the process is ready.</summary>
public interface ISeed
{
    /// <summary>Makes them, if they are not there; any number of processes may do so at once.</summary>
    Task SowAsync(CancellationToken cancellationToken);
}
