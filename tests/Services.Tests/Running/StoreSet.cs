using MessageBoard.Shared.Stores;
using Microsoft.Extensions.Configuration;

namespace MessageBoard.Services.Tests.Running;

/// <summary>A database and a Redis for one board, in a folder of their own.</summary>
internal abstract class StoreSet(string folder) : IDisposable
{
    protected string Folder { get; } = folder;

    protected TestProcess? Redis { get; set; }

    protected int RedisPort { get; } = Repository.FreePort();

    /// <summary>What the services need to know.</summary>
    public abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The database as the services have it.</summary>
    public Database Database() => new(new ConfigurationBuilder()
        .AddInMemoryCollection(Environment.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":"), (string?)pair.Value)))
        .Build(), new());

    public abstract Task StartAsync();

    public void StopRedis() => Redis!.Kill();

    public abstract Task StartRedisAsync();

    public virtual void Dispose() => Redis?.Dispose();
}

/// <summary>SQLite and Garnet, as on one machine.</summary>
internal sealed class EmbeddedStores(string folder) : StoreSet(folder)
{
    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["ConnectionStrings__Sqlite"] = $"Data Source={Path.Combine(Folder, "board.db")}",
        ["ConnectionStrings__Redis"] = $"127.0.0.1:{RedisPort}",
    };

    public override Task StartAsync() => StartRedisAsync();

    public override async Task StartRedisAsync() => Redis = await Garnet.StartAsync(RedisPort);
}

/// <summary>MariaDB and redis-server, as on Kubernetes.</summary>
internal sealed class ServerStores(string folder) : StoreSet(folder)
{
    private readonly MariaDb _mariaDb = new(folder, "messageboard", "race");

    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["ConnectionStrings__MariaDb"] = _mariaDb.ConnectionString,
        ["ConnectionStrings__Redis"] = $"127.0.0.1:{RedisPort}",
    };

    public override async Task StartAsync()
    {
        await StartMariaDbAsync();
        await StartRedisAsync();
    }

    public Task StartMariaDbAsync() => _mariaDb.StartAsync();

    public void StopMariaDb() => _mariaDb.Server.Kill();

    public override Task StartRedisAsync()
    {
        Redis = new("redis-server", ["--port", $"{RedisPort}", "--bind", "127.0.0.1", "--save", "", "--dir", Folder]);
        return Eventually.IsTrueAsync(() => Repository.AnswersAsync(RedisPort), "Redis answers");
    }

    public override void Dispose()
    {
        base.Dispose();
        _mariaDb.Dispose();
    }
}
