using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace MessageBoard.Drill;

/// <summary>A MariaDB and a Redis with its append-only file, which a drill may end and start again.</summary>
internal sealed class RealStores : IAsyncDisposable
{
    private readonly string _folder;
    private readonly int _mariaDbPort = LocalSystem.FreePort(), _redisPort = LocalSystem.FreePort();
    private readonly string _password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    private RealStores(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    public string MariaDb => $"Server=127.0.0.1;Port={_mariaDbPort};Database=messageboard;User ID=board;Password={_password}";

    /// <summary>What the launcher has to know.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["ConnectionStrings__MariaDb"] = MariaDb,
        ["ConnectionStrings__Redis"] = $"127.0.0.1:{_redisPort},password={_password}",
    };

    public Process MariaDbServer { get; private set; } = null!;

    public Process RedisServer { get; private set; } = null!;

    public static async Task<RealStores> StartAsync(string folder, CancellationToken stopped)
    {
        var stores = new RealStores(folder);
        await Processes.RunAsync(
            "mariadb-install-db",
            ["--no-defaults", $"--datadir={folder}/mariadb", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"]);
        await File.WriteAllTextAsync($"{folder}/init.sql", $"""
            CREATE DATABASE IF NOT EXISTS messageboard;
            CREATE OR REPLACE USER board@'127.0.0.1' IDENTIFIED BY '{stores._password}';
            GRANT ALL ON messageboard.* TO board@'127.0.0.1';
            """, stopped);
        await File.WriteAllTextAsync($"{folder}/redis.conf", $"""
            port {stores._redisPort}
            bind 127.0.0.1
            dir {folder}
            requirepass {stores._password}
            appendonly yes
            save ""
            """, stopped);
        stores.StartMariaDb();
        stores.StartRedis();
        await WaitAsync(stores._mariaDbPort, stopped);
        await WaitAsync(stores._redisPort, stopped);
        return stores;
    }

    public void StartMariaDb() => MariaDbServer = Start("mariadbd",
    [
        "--no-defaults", $"--datadir={_folder}/mariadb", $"--port={_mariaDbPort}", "--bind-address=127.0.0.1", "--skip-name-resolve",
        $"--socket={_folder}/mariadb.sock", $"--pid-file={_folder}/mariadb.pid", "--user=root", $"--init-file={_folder}/init.sql",
    ]);

    public void StartRedis() => RedisServer = Start("redis-server", [$"{_folder}/redis.conf"]);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { MariaDbServer, RedisServer })
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }
    }

    private static Process Start(string file, IEnumerable<string> arguments)
    {
        var server = Processes.Start(file, arguments);
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        return server;
    }

    private static async Task WaitAsync(int port, CancellationToken stopped)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port, stopped);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, stopped);
            }
        }
    }
}
