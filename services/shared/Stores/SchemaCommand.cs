namespace MessageBoard.Shared.Stores;

/// <summary>
/// What a service started with <c>--schema</c> does instead of serving: Kubernetes runs user-service so as a Job before the services, for
/// the admin to be there.
/// </summary>
public static partial class SchemaCommand
{
    private const int DefaultPatienceSeconds = 120;

    /// <summary>Whether <paramref name="args"/> ask for it.</summary>
    public static bool IsSchemaCommand(this string[] args) => args is ["--schema"];

    /// <summary>
    /// Makes the tables and the first rows. Waits for the database for as long as <c>Schema:PatienceSeconds</c> says (default 120 s).
    /// </summary>
    /// <returns>The exit code: 0 when all is there, 1 when it could not be made; the log says why.</returns>
    public static async Task<int> MakeSchemaAsync(this WebApplication app)
    {
        await using var whole = app; // its end writes what is left of the log
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SchemaCommand));
        var patience = TimeSpan.FromSeconds(app.Configuration.GetValue("Schema:PatienceSeconds", DefaultPatienceSeconds));
        try
        {
            await app.Services.GetRequiredService<Schema>().MakeAsync(patience, CancellationToken.None);
            LogDone(logger);
            return 0;
        }
        catch (StoreUnavailableException exception)
        {
            LogGivenUp(logger, (int)patience.TotalSeconds, exception.InnerException!.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            LogNoSeed(logger, exception.Message); // the admin's password, say, is not where it should be
        }

        return 1;
    }

    [LoggerMessage(LogLevel.Information, "The tables and the first rows are there")]
    private static partial void LogDone(ILogger logger);

    [LoggerMessage(LogLevel.Error, "The database did not answer within {Seconds} s: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, int seconds, string reason);

    [LoggerMessage(LogLevel.Error, "The first rows could not be made: {Reason}")]
    private static partial void LogNoSeed(ILogger logger, string reason);
}
