using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MessageBoard.Shared.Stores;

/// <summary>
/// Makes the tables of a process's stores when it starts, as often as it takes until the database answers. Any number of processes
/// may do it at once. The process is ready when it is done.
/// </summary>
public sealed partial class Schema(
    Database database, IEnumerable<ISchema> schemas, IEnumerable<ISeed> seeds, TimeProvider clock, ILogger<Schema> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the tables and the seeds' rows are there.</summary>
    public Task Made => _made.Task;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Made.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the tables have not been made yet"));

    /// <summary>Makes the tables, and the rows of the seeds; waits for the database for as long as <paramref name="patience"/>.</summary>
    /// <exception cref="StoreUnavailableException">The database has not answered in that time.</exception>
    public async Task MakeAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (string? known = null; !Made.IsCompleted;)
        {
            try
            {
                await MakeAsync(cancellationToken);
                _made.TrySetResult();
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

        foreach (var statement in schemas.SelectMany(schema => schema.Statements))
            await database.DefineAsync(statement, cancellationToken);

        foreach (var column in schemas.SelectMany(schema => schema.AddedColumns))
            await database.AddColumnAsync(column, cancellationToken);

        foreach (var seed in seeds)
            await seed.SowAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "The database is not there yet: {Reason}")]
    private partial void LogWaiting(string reason);
}

/// <summary>
/// The tables of a store. Times are ms since 1970 (UTC). Texts compare by code point in both databases: what should be found without
/// regard to case is stored folded, in a column of its own.
/// </summary>
public interface ISchema
{
    /// <summary>What makes them where they are not there; any number of processes may run them at once.</summary>
    IEnumerable<string> Statements { get; }

    /// <summary>Columns that tables of earlier versions lack. Processes of those versions may go on writing rows without them.</summary>
    IEnumerable<AddedColumn> AddedColumns => [];
}

/// <summary>A column that a table got later.</summary>
/// <param name="Table">The table.</param>
/// <param name="Name">The column.</param>
/// <param name="Definition">Its type, and the default for the rows that are there.</param>
public sealed record AddedColumn(string Table, string Name, string Definition);

/// <summary>Rows that have to be there before the process is ready.</summary>
public interface ISeed
{
    /// <summary>Makes them, if they are not there; any number of processes may do so at once.</summary>
    Task SowAsync(CancellationToken cancellationToken);
}
