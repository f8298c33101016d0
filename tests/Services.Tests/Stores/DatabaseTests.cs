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
