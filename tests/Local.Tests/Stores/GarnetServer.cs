using System.Globalization;
using MessageBoard.Local.Processes;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local.Tests.Stores;

/// <summary>A real Garnet on a free port.</summary>
internal sealed class GarnetServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChildProcess _process;

    private GarnetServer(params IEnumerable<string> options)
    {
        _process = ChildProcess.Start(
            [
                Installation.DotNet, Installation.Find().GarnetServer(), "--bind", "127.0.0.1",
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--memory", "16m", "--page", "1m", "--index", "1m", .. options,
            ],
            _folder["log"],
            new Dictionary<string, string>());
    }

    public int Port { get; } = new FreePorts().Take();

    public static async Task<GarnetServer> StartAsync(params IEnumerable<string> options)
    {
        var server = new GarnetServer(options);
        await Eventually.IsTrueAsync(async () => await ServerHello.RedisAsync("127.0.0.1", server.Port) is null or "the server wants a password", "Garnet is up");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(TimeSpan.FromSeconds(5));
        _process.Dispose();
        _folder.Dispose();
    }
}
