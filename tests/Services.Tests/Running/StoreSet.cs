using System.Net.Sockets;
using System.Security.Cryptography;
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
        .AddInMemoryCollection(Environment.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":"), (string?)pair.Value))).Build());

    public abstract Task StartAsync();

    public void StopRedis() => Redis!.Kill();

    public abstract Task StartRedisAsync();

    public virtual void Dispose() => Redis?.Dispose();

    protected static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
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
    private readonly int _mariaDbPort = Repository.FreePort();
    private readonly string _password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private TestProcess? _mariaDb;

    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["ConnectionStrings__MariaDb"] = $"Server=127.0.0.1;Port={_mariaDbPort};Database=messageboard;User ID=board;Password={_password}",
        ["ConnectionStrings__Redis"] = $"127.0.0.1:{RedisPort}",
    };

    public override async Task StartAsync()
    {
        var data = Path.Combine(Folder, "mariadb");
        using (var install = new TestProcess(
            "mariadb-install-db",
            ["--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"]))
            await Eventually.IsTrueAsync(() => install.HasExited, "MariaDB's tables are made");

        var init = Path.Combine(Folder, "init.sql");
        await File.WriteAllTextAsync(init, $"""
            CREATE DATABASE IF NOT EXISTS messageboard;
            CREATE OR REPLACE USER board@'127.0.0.1' IDENTIFIED BY '{_password}';
            GRANT ALL ON messageboard.* TO board@'127.0.0.1';
            CREATE DATABASE IF NOT EXISTS race;
            GRANT ALL ON race.* TO board@'127.0.0.1';
            """);
        await StartMariaDbAsync();
        await StartRedisAsync();
    }

    public Task StartMariaDbAsync()
    {
        _mariaDb = new("mariadbd",
        [
            "--no-defaults", $"--datadir={Path.Combine(Folder, "mariadb")}", $"--port={_mariaDbPort}", "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            $"--socket={Path.Combine(Folder, "mariadb.sock")}", $"--pid-file={Path.Combine(Folder, "mariadb.pid")}", "--user=root",
            $"--init-file={Path.Combine(Folder, "init.sql")}",
        ]);
        return Eventually.IsTrueAsync(() => AnswersAsync(_mariaDbPort), "MariaDB answers");
    }

    public void StopMariaDb() => _mariaDb!.Kill();

    public override Task StartRedisAsync()
    {
        Redis = new("redis-server", ["--port", $"{RedisPort}", "--bind", "127.0.0.1", "--save", "", "--dir", Folder]);
        return Eventually.IsTrueAsync(() => AnswersAsync(RedisPort), "Redis answers");
    }

    public override void Dispose()
    {
        base.Dispose();
        _mariaDb?.Dispose();
    }
}
