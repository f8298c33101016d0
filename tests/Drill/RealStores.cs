using System.Security.Cryptography;

namespace MessageBoard.Drill;

/// <summary>A MariaDB and a Redis with its append-only file, which a drill may end and start again.</summary>
internal sealed class RealStores : IDisposable
{
    private readonly string _folder;
    private readonly MariaDb _mariaDb;
    private readonly int _redisPort = Repository.FreePort();
    private readonly string _password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private TestProcess? _redis;

    public RealStores(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _mariaDb = new(_folder, "messageboard");
    }

    public string MariaDb => _mariaDb.ConnectionString;

    /// <summary>What the launcher has to know.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["ConnectionStrings__MariaDb"] = MariaDb,
        ["ConnectionStrings__Redis"] = $"127.0.0.1:{_redisPort},password={_password}",
    };

    public async Task StartAsync()
    {
        await File.WriteAllTextAsync($"{_folder}/redis.conf", $"""
            port {_redisPort}
            bind 127.0.0.1
            dir {_folder}
            requirepass {_password}
            appendonly yes
            save ""
            """);
        await _mariaDb.StartAsync();
        await StartRedisAsync();
    }

    /// <summary>Ends Redis by a signal, and starts it again.</summary>
    public async Task RestartRedisAsync(string signal)
    {
        await EndAsync(_redis!, signal);
        await StartRedisAsync();
    }

    /// <summary>Ends MariaDB by a signal, and starts it again.</summary>
    public async Task RestartMariaDbAsync(string signal)
    {
        await EndAsync(_mariaDb.Server, signal);
        await _mariaDb.StartAsync();
    }

    public void Dispose()
    {
        _redis?.Dispose();
        _mariaDb.Dispose();
    }

    private static Task<int> EndAsync(TestProcess server, string signal)
    {
        server.Signal(signal);
        return server.ExitCodeAsync();
    }

    private async Task StartRedisAsync()
    {
        _redis = new("redis-server", [$"{_folder}/redis.conf"]);
        await Eventually.IsTrueAsync(() => Repository.AnswersAsync(_redisPort), "Redis answers");
    }
}
