using System.Security.Cryptography;

namespace MessageBoard.Tests;

/// <summary>A MariaDB with its data in a folder, which outlive its process, and a user with a password of its own.</summary>
public sealed class MariaDb(string folder, params IReadOnlyList<string> databases) : IDisposable
{
    private readonly int _port = Repository.FreePort();
    private readonly string _password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The process; its end may be waited for.</summary>
    public TestProcess Server { get; private set; } = null!;

    /// <summary>Of the first database.</summary>
    public string ConnectionString => $"Server=127.0.0.1;Port={_port};Database={databases[0]};User ID=board;Password={_password}";

    private string Data => Path.Combine(folder, "mariadb");

    /// <summary>Starts it; the first time it makes its tables.</summary>
    public async Task StartAsync()
    {
        if (!Directory.Exists(Data))
            await InstallAsync();

        Server = new("mariadbd",
        [
            "--no-defaults", $"--datadir={Data}", $"--port={_port}", "--bind-address=127.0.0.1", "--skip-name-resolve", "--user=root",
            $"--socket={Data}.sock", $"--pid-file={Data}.pid", $"--init-file={Data}.sql",
        ]);
        await Eventually.IsTrueAsync(() => Repository.AnswersAsync(_port), "MariaDB answers");
    }

    public void Dispose() => Server?.Dispose();

    private async Task InstallAsync()
    {
        using (var install = new TestProcess(
            "mariadb-install-db",
            ["--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"]))
            await Eventually.IsTrueAsync(() => install.HasExited, "MariaDB's tables are made");

        await File.WriteAllLinesAsync($"{Data}.sql",
        [
            $"CREATE OR REPLACE USER board@'127.0.0.1' IDENTIFIED BY '{_password}';",
            .. databases.SelectMany(name => (string[])
                [$"CREATE DATABASE IF NOT EXISTS {name};", $"GRANT ALL ON {name}.* TO board@'127.0.0.1';"]),
        ]);
    }
}
