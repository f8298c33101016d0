using MessageBoard.Shared.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests.Stores;

/// <summary>MariaDB restarted under a pool of connections.</summary>
public sealed class DatabaseTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerStores _stores = null!;

    public async ValueTask InitializeAsync()
    {
        _stores = new(_folder.Path);
        await _stores.StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        _stores.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_first_statements_after_a_restart_are_answered()
    {
        var database = _stores.Database();
        await QueryAsync(); // the pool is full

        _stores.StopMariaDb();
        await _stores.StartMariaDbAsync();

        await QueryAsync();

        Task QueryAsync() => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => database.QueryAsync<int>("SELECT SLEEP(0.1)")));
    }
}

/// <summary>SQLite, locked by another process.</summary>
public sealed class SqliteTests : IDisposable
{
    private const int Writes = 200; // more than a thread pool soon has threads

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Writes_that_wait_for_a_lock_leave_the_threads_to_others()
    {
        var file = $"Data Source={_folder["board.db"]};Pooling=False";
        using var database = new Database(
            new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Sqlite", file)]).Build(), new());
        await database.QueryAsync<string>("PRAGMA journal_mode = WAL");
        await database.ExecuteAsync("CREATE TABLE t (n INT)");
        Task[] writes;
        await using (var other = new SqliteConnection(file))
        {
            await other.OpenAsync();
            await using var locked = await other.BeginTransactionAsync();
            writes = [.. Enumerable.Range(0, Writes).Select(_ => Queue(() => database.ExecuteAsync("INSERT INTO t VALUES (1)")))];

            var read = Queue(() => database.QuerySingleOrDefaultAsync<int>("SELECT COUNT(*) FROM t"));

            Assert.Equal(0, await read.WaitAsync(TimeSpan.FromSeconds(10)));
        }

        await Task.WhenAll(writes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(
            writes.Count(write => write.IsCompletedSuccessfully), await database.QuerySingleOrDefaultAsync<int>("SELECT COUNT(*) FROM t"));

        // Behind all that came before, as requests are.
        static Task<int> Queue(Func<Task<int>> work) =>
            Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default).Unwrap();
    }
}
