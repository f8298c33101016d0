using System.Net;
using System.Net.Sockets;
using MessageBoard.Local.Stores;
using StackExchange.Redis;

namespace MessageBoard.Local.Tests.Stores;

/// <summary>The embedded Redis as a run has it.</summary>
public sealed class GarnetServerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = new FreePorts().Take();
    private readonly Installation _installation;
    private readonly GarnetServer _garnet;
    private readonly SupervisedProcess _process;

    public GarnetServerTests()
    {
        _installation = new Installation(Repository.Root, _folder.Path);
        _garnet = new GarnetServer(_installation, _port, isDatabaseEmbedded: true);
        _process = new SupervisedProcess(_garnet.Spec(), _folder["log"], TimeSpan.FromSeconds(5), new FreePorts());
    }

    private string Password => _garnet.ConnectionString.Split('=')[1];

    public async ValueTask InitializeAsync()
    {
        _process.Start();
        await _process.FirstReady.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_it_was_told_survives_its_death()
    {
        await using (var before = await ConnectionMultiplexer.ConnectAsync(_garnet.ConnectionString))
        {
            await before.GetDatabase().StringSetAsync("session:1", "alice", TimeSpan.FromHours(1));
            await before.GetDatabase().ListLeftPushAsync("api_logs", "call");
        }

        await Task.Delay(500); // it commits five times a second
        _process.State.Process!.Signal(ProcessIdentity.Kill);
        await Eventually.IsTrueAsync(() => _process.State is { Restarts: 1, Serving: true }, "back");

        await using var after = await ConnectionMultiplexer.ConnectAsync(_garnet.ConnectionString);
        Assert.Equal("alice", await after.GetDatabase().StringGetAsync("session:1"));
        Assert.InRange((await after.GetDatabase().KeyTimeToLiveAsync("session:1"))!.Value.TotalMinutes, 50, 60);
        Assert.Equal(1, await after.GetDatabase().ListLengthAsync("api_logs"));
        Assert.NotEmpty(Directory.EnumerateFiles(_installation.RedisData, "*", SearchOption.AllDirectories));
        _folder.Write("data/messageboard.db", "");
        _ = new GarnetServer(_installation, _port, isDatabaseEmbedded: false);
        _ = new GarnetServer(_installation, _port, isDatabaseEmbedded: true);
        Assert.True(Directory.Exists(_installation.RedisData)); // the next run's, with the same users
        File.Delete(_installation.Database);
        _ = new GarnetServer(_installation, _port, isDatabaseEmbedded: true);
        Assert.False(Directory.Exists(_installation.RedisData));
    }

    [Fact]
    public async Task Nobody_without_the_password_of_the_run_writes_and_it_is_in_no_command_line()
    {
        // As a web page's fetch(…, { method: 'POST', body: 'SET …' }) would.
        using (var browser = new TcpClient())
        {
            await browser.ConnectAsync(IPAddress.Loopback, _port);
            await browser.GetStream().WriteAsync(
                "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 22\r\n\r\nSET session:1 mallory\r\n"u8.ToArray());
            browser.Client.Shutdown(SocketShutdown.Send);
        }

        await using var own = await ConnectionMultiplexer.ConnectAsync(_garnet.ConnectionString);
        Assert.True((await own.GetDatabase().StringGetAsync("session:1")).IsNull);
        Assert.DoesNotContain(
            Password, await File.ReadAllTextAsync($"/proc/{_process.State.Process!.Pid}/cmdline"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_installation.GarnetConfiguration));
        Assert.NotEqual(Password, new GarnetServer(_installation, _port, isDatabaseEmbedded: true).ConnectionString.Split('=')[1]);
    }
}
