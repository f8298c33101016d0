using System.Data;
using System.Data.Common;
using Dapper;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Telemetry;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Polly;
using Polly.Retry;

namespace MessageBoard.Shared.Stores;

/// <summary>
/// The database: MariaDB where <c>ConnectionStrings:MariaDb</c> is set, else the SQLite file of <c>ConnectionStrings:Sqlite</c>.
/// Every statement of a request is a span, has a timeout, and is tried again when the database says it was locked or a deadlock's victim.
/// </summary>
/// <exception cref="StoreUnavailableException">From every method: the database cannot be reached or does not answer in time.</exception>
public sealed class Database : IDisposable
{
    private const int TimeoutSeconds = 5, DefinitionTimeoutSeconds = 120; // an index of a million rows takes some seconds
    private const int SqliteBusy = 5, SqliteLocked = 6, SqliteTooBig = 18, SqliteConstraint = 19, SqliteMismatch = 20, SqliteRange = 25;
    private const int MariaDbLockWaitTimeout = 1205, MariaDbDeadlock = 1213;

    private static readonly ResiliencePipeline Retry = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<DbException>(IsTransient),
            MaxRetryAttempts = 3,
            Delay = TimeSpan.FromMilliseconds(20),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    private static readonly char[] Blanks = [' ', '\n', '\r', '('];

    private readonly OutgoingCalls _calls;
    private readonly Func<DbConnection> _connect;
    private readonly (string Host, int Port)? _address; // a file has none

    // SQLite takes one write at a time, and its driver keeps a thread for as long as it waits for its turn. Here writes wait without one:
    // else a locked file takes all threads, and whatever else the process waits for, Redis say, seems to be away.
    private readonly SemaphoreSlim _sqliteWrite = new(1);

    /// <summary>Chooses the database by its connection string.</summary>
    public Database(IConfiguration configuration, OutgoingCalls calls)
    {
        _calls = calls;
        var mariaDb = configuration.GetConnectionString("MariaDb");
        IsSqlite = string.IsNullOrEmpty(mariaDb);
        if (IsSqlite)
            _connect = Sqlite(configuration.GetConnectionString("Sqlite") ?? "Data Source=messageboard.db");
        else
            (_connect, _address) = MariaDb(mariaDb!);
    }

    /// <summary>Whether this is SQLite; else it is MariaDB.</summary>
    public bool IsSqlite { get; }

    /// <summary>An INSERT that passes over a row whose unique key is taken.</summary>
    public string InsertIgnore => IsSqlite ? "INSERT OR IGNORE" : "INSERT IGNORE";

    /// <summary>The type of a primary key that counts up.</summary>
    public string AutoId => IsSqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT PRIMARY KEY AUTO_INCREMENT";

    /// <summary>What stands at the end of a CREATE TABLE: texts of any alphabet, compared by code point.</summary>
    public string TableOptions => IsSqlite ? "" : " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

    /// <summary>Runs a query.</summary>
    /// <returns>Its rows.</returns>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        RunAsync(sql, async connection => (IReadOnlyList<T>)(await connection.QueryAsync<T>(Command(
            sql, parameters, null, cancellationToken))).AsList(), cancellationToken);

    /// <summary>Runs a query for at most one row.</summary>
    /// <returns>The row, or the default of <typeparamref name="T"/> when there is none.</returns>
    public Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            sql,
            connection => connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters, null, cancellationToken)),
            cancellationToken);

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public Task<int> ExecuteAsync(string sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        RunAsync(sql, connection => connection.ExecuteAsync(Command(sql, parameters, null, cancellationToken)), cancellationToken);

    /// <summary>Runs a statement once for each of many parameters, all of them or none.</summary>
    public Task ExecuteManyAsync<T>(string sql, IReadOnlyCollection<T> parameters, CancellationToken cancellationToken = default) =>
        RunAsync(sql, async connection =>
        {
            if (parameters.Count > 1)
                Activity.Current?.SetTag("db.operation.batch.size", parameters.Count);

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var changed = await connection.ExecuteAsync(Command(sql, parameters, transaction, cancellationToken));
            await transaction.CommitAsync(cancellationToken);
            return changed;
        }, cancellationToken);

    /// <summary>Runs a statement that defines a table or an index, which takes longer the more rows there are.</summary>
    public Task DefineAsync(string sql, CancellationToken cancellationToken) => RunAsync(
        sql,
        connection => connection.ExecuteAsync(new CommandDefinition(
            sql, commandTimeout: DefinitionTimeoutSeconds, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <summary>Adds a column, unless it is there.</summary>
    public async Task AddColumnAsync(AddedColumn column, CancellationToken cancellationToken)
    {
        // SQLite knows no IF NOT EXISTS here. If another process is faster between these two, the statement fails, and is not needed.
        if (IsSqlite && await HasColumnAsync())
            return;

        try
        {
            await DefineAsync(
                $"ALTER TABLE {column.Table} ADD COLUMN {(IsSqlite ? "" : "IF NOT EXISTS ")}{column.Name} {column.Definition}",
                cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            if (!IsSqlite || !await HasColumnAsync())
                throw;
        }

        async Task<bool> HasColumnAsync() => await QuerySingleOrDefaultAsync<long>(
            $"SELECT COUNT(*) FROM pragma_table_info('{column.Table}') WHERE name = @Name", column, cancellationToken) > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _sqliteWrite.Dispose();

    // Each driver in methods of its own: the runtime loads a driver's libraries with the first method that names it, and a
    // process needs only one of them.
    private static Func<DbConnection> Sqlite(string connectionString)
    {
        var full = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = TimeoutSeconds }.ToString();
        return () => new SqliteConnection(full);
    }

    private static (Func<DbConnection> Connect, (string Host, int Port) Address) MariaDb(string connectionString)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString)
        {
            ConnectionTimeout = TimeoutSeconds,
            DefaultCommandTimeout = TimeoutSeconds,
        };
        var full = settings.ToString();
        return (() => new MySqlConnection(full), (settings.Server, (int)settings.Port));
    }

    private static CommandDefinition Command(
        string sql, object? parameters, IDbTransaction? transaction, CancellationToken cancellationToken) =>
        new(sql, parameters, transaction, TimeoutSeconds, cancellationToken: cancellationToken);

    private async Task<T> RunAsync<T>(string sql, Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        using var span = StartSpan(sql);
        var started = Stopwatch.GetTimestamp();
        Exception? failure = null;
        try
        {
            var waits = IsSqlite && !sql.AsSpan().TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase);
            if (waits && !await _sqliteWrite.WaitAsync(TimeSpan.FromSeconds(TimeoutSeconds), cancellationToken))
                throw new TimeoutException($"Other writes took {TimeoutSeconds} s.");

            try
            {
                return await Retry.ExecuteAsync(async _ =>
                {
                    await using var connection = await OpenAsync(cancellationToken);
                    return await work(connection);
                }, cancellationToken);
            }
            finally
            {
                if (waits)
                    _sqliteWrite.Release();
            }
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or System.Net.Sockets.SocketException)
        {
            failure = exception;
            span?.Fail(exception.GetType().FullName!);
            throw new StoreUnavailableException(StoreUnavailableException.Database, exception)
            {
                IsRefusal = exception is DbException db && IsRefusal(db)
            };
        }
        finally
        {
            DatabaseMetrics.Record(SystemName, OperationOf(sql), started, failure);
            _calls.Count(IsSqlite ? CallTarget.Sqlite : CallTarget.MariaDb, started, failure is not null);
        }
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = _connect();
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // https://opentelemetry.io/docs/specs/semconv/database/database-spans/; statements have parameters, so their text holds no data.
    private Activity? StartSpan(string sql)
    {
        if (Tracing.Source.StartChild("sql", ActivityKind.Client) is not { } span)
            return null;

        var (operation, table) = Summary(sql);
        span.DisplayName = $"{operation} {table}".TrimEnd();
        span.SetTag("db.system.name", SystemName)
            .SetTag("db.operation.name", operation)
            .SetTag("db.collection.name", table)
            .SetTag("db.query.summary", span.DisplayName)
            .SetTag("db.query.text", sql);
        if (_address is var (host, port))
            span.SetTag("server.address", host).SetTag("server.port", port);

        return span;
    }

    // The first word, and the first that follows FROM, INTO, UPDATE or TABLE: of a statement with several tables the one it is about.
    private static (string Operation, string? Table) Summary(string sql)
    {
        var words = sql.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        var before = Array.FindIndex(words, word => word is "FROM" or "INTO" or "UPDATE" or "TABLE");
        return (words[0], before >= 0 && before + 1 < words.Length ? words[before + 1] : null);
    }

    private string SystemName => IsSqlite ? "sqlite" : "mariadb"; // as the conventions call them

    private static string OperationOf(string sql) =>
        sql.AsSpan().Trim() is var text && text.IndexOf(' ') is > 0 and var end ? text[..end].ToString() : sql;

    // https://www.sqlite.org/rescode.html; of SQLSTATE the classes of data exceptions, broken constraints and a trigger's own refusal
    // (https://mariadb.com/docs/server/reference/error-codes/sqlstate).
    private static bool IsRefusal(DbException exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteTooBig or SqliteConstraint or SqliteMismatch or SqliteRange,
        MySqlException maria => maria.SqlState is { Length: 5 } state && state[..2] is "22" or "23" or "45",
        _ => false,
    };

    private static bool IsTransient(DbException exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteBusy or SqliteLocked,
        MySqlException maria => maria.Number is MariaDbLockWaitTimeout or MariaDbDeadlock,
        _ => false,
    };
}
