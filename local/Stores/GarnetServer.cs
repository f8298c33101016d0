using System.Security.Cryptography;
using System.Text;

namespace MessageBoard.Local.Stores;

/// <summary>
/// The embedded Redis. It runs in ctx2, as on Kubernetes. What it holds survives its own death, by an append-only file that it makes a
/// checkpoint of from time to time, and the end of a run of the embedded database, whose users the sessions are of.
/// </summary>
internal sealed class GarnetServer
{
    // Of the run alone, so that neither another program nor a web page, whose POST Garnet would read as commands, can write a session.
    private readonly string _password = RandomNumberGenerator.GetHexString(40, lowercase: true);
    private readonly Installation _installation;
    private readonly string _data;
    private readonly int _port;

    /// <param name="installation">Where things lie.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="isDatabaseEmbedded">Whether the database is; nobody knows whether another is that of the run before.</param>
    public GarnetServer(Installation installation, int port, bool isDatabaseEmbedded)
    {
        (_installation, _port) = (installation, port);
        _data = isDatabaseEmbedded ? installation.RedisData : $"{installation.RedisData}-other";
        if (!(isDatabaseEmbedded && File.Exists(installation.Database)) && Directory.Exists(_data))
            Directory.Delete(_data, recursive: true);

        WriteConfiguration();
    }

    /// <summary>What the services need to know (<c>ConnectionStrings__Redis</c>).</summary>
    public string ConnectionString => $"127.0.0.1:{_port},password={_password}";

    public ProcessSpec Spec() => new()
    {
        App = "garnet",
        Cluster = "ctx2",
        Pod = "garnet-ctx2-0",
        Role = ProcessRole.Store,
        Port = _port,
        FixedPort = true,
        Command = Command,
        Environment = _ => new Dictionary<string, string>(SmallRuntime.Environment) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" },
        IsReady = IsReadyAsync,
        // It never commits again after a commit that failed for want of room.
        KilledAfterUnready = TimeSpan.FromSeconds(5),
    };

    private IReadOnlyList<string> Command(int port)
    {
        if (!File.Exists(_installation.GarnetConfiguration))
            WriteConfiguration();

        return
        [
            Installation.DotNet, _installation.GarnetServer(), "--config-import-path", _installation.GarnetConfiguration,
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--memory", "64m", "--page", "256k", "--index", "1m", "--use-native-allocator",
            "--aof", "--aof-commit-freq", "200", "--aof-memory", "2m", "--aof-page-size", "512k", "--aof-segment-size", "4m",
            "--aof-size-limit", "16m", "--recover", "--checkpointdir", _data,
            // The native one wants a newer glibc than Debian 12 has.
            "--device-type", "RandomAccess",
        ];
    }

    // What may not be on a command line.
    private void WriteConfiguration() => AtomicFile.Write(
        _installation.GarnetConfiguration,
        Encoding.ASCII.GetBytes($$"""{ "AuthenticationMode": "Password", "Password": "{{_password}}" }"""),
        secret: true);

    // It is ready while it can keep what it is told.
    private async Task<bool> IsReadyAsync(int port, CancellationToken cancellationToken)
    {
        var request = Encoding.ASCII.GetBytes(
            $"*2\r\n$4\r\nAUTH\r\n${_password.Length}\r\n{_password}\r\n*1\r\n$9\r\nCOMMITAOF\r\n");
        var expected = "+OK\r\n+AOF file committed\r\n"u8.ToArray();
        return (await StoreProbe.AskAsync(port, request, expected.Length, cancellationToken)).AsSpan().SequenceEqual(expected);
    }
}
