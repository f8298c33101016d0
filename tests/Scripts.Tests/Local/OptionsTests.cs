using System.Net.Sockets;

namespace MessageBoard.Scripts.Tests.Local;

/// <summary>What deploy-all.sh says before it builds or starts anything.</summary>
public sealed class OptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", "--images REGISTRY/TAG is missing")]
    [InlineData("", "To run on this machine instead: ./deploy-all.sh --local")]
    [InlineData("--detach", "--detach belongs to the run on this machine: ./deploy-all.sh --local")]
    [InlineData("--images", "--images wants a value")]
    [InlineData("--images --dry-run", "--images wants a value")]
    [InlineData("--images messageboard", "--images wants REGISTRY/TAG, as ghcr.io/me/messageboard/1a2b3c4, not 'messageboard'")]
    [InlineData("--images a/b;id", "--images wants REGISTRY/TAG")]
    [InlineData("--images a/b --timeout 10", "--timeout wants a duration as 90s, 10m or 1h, not '10'")]
    [InlineData("--images a/b --context-1 one --context-2 one", "--context-1 and --context-2 are the same context, 'one'")]
    [InlineData("--images a/b --api-server-2 10.0.0.1", "wants an address as https://host:6443, not '10.0.0.1'")]
    [InlineData("--images a/b --host http://x", "--host wants a name as board.example.com")]
    [InlineData("--images a/b --host a.example,", "--host wants a name as board.example.com")]
    [InlineData("--images a/b --tls-cert /etc/hosts", "--tls-cert and --tls-key go together")]
    [InlineData("--images a/b --tls-cert /nowhere --tls-key /nowhere", "there is no file '/nowhere' to read")]
    [InlineData("--images a/b --tls-cert /etc/hosts --tls-key /etc/hosts", "holds no certificate as PEM")]
    [InlineData("--images a/b --registry-secret /nowhere", "--registry-secret: there is no file '/nowhere' to read")]
    [InlineData("--loca", "Unknown option: --loca. See ./deploy-all.sh --help")]
    [InlineData("--local extra", "Unknown option: extra")]
    [InlineData("--local --port", "--port wants a number")]
    [InlineData("--local --port http", "--port wants a number from 1 to 65535, not 'http'")]
    [InlineData("--local --port 0", "--port wants a number from 1 to 65535, not '0'")]
    [InlineData("--local --port 65536", "--port wants a number from 1 to 65535, not '65536'")]
    [InlineData("--local --port 08080", "--port wants a number from 1 to 65535, not '08080'")]
    [InlineData("--local --port -1", "--port wants a number from 1 to 65535, not '-1'")]
    [InlineData("--local --replicas 0", "--replicas wants a number from 1 to 8, not '0'")]
    [InlineData("--local --replicas 9", "--replicas wants a number from 1 to 8, not '9'")]
    [InlineData("--local --replicas 1;id", "--replicas wants a number from 1 to 8, not '1;id'")]
    [InlineData("--local --host", "--host wants a value")]
    [InlineData("--local --host a..b", "--host wants a name as board.example.com, or *.example.com, not 'a..b'")]
    [InlineData("--local --host board.test,", "--host wants a name as board.example.com, or *.example.com, not ''")]
    [InlineData("--local --host board.test --host http://b", "not 'http://b'")]
    [InlineData("--local --status --stop", "--status and --stop do not go together")]
    public async Task Bad_options_are_refused(string options, string message)
    {
        var (code, output, error) = await RunAsync(options);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Help_lists_every_option()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        foreach (var option in new[] { "--images REGISTRY/TAG", "--dry-run" })
            Assert.Contains(option, output, StringComparison.Ordinal);

        foreach (var option in (string[])
        [
            "--local", "--port N", "--replicas N", "--https", "--host NAME", "--no-telemetry", "--detach", "--status", "--stop", "--reset",
            "--help",
        ])
            Assert.Contains($"  {option}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_port_is_named_with_its_holder_and_the_option()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (code, _, error) = await RunAsync($"--local --port {port}");

        Assert.Equal(2, code);
        Assert.Contains($"Port {port} is busy: process {Environment.ProcessId} (", error, StringComparison.Ordinal);
        Assert.Contains("--port N", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_is_refused()
    {
        File.WriteAllBytes(_folder["state.json"], StateFile.Bytes(new()
        {
            BootId = ProcessIdentity.BootId,
            Launcher = ProcessIdentity.Current,
            Phase = RunPhase.Ready,
            Port = 8080,
            StartedAt = DateTimeOffset.UtcNow,
            Processes = [],
            Notes = [],
        }));
        using var running = RunLock.TryTake(_folder["lock"]);

        var (code, _, error) = await RunAsync("--local --port 1");

        Assert.Equal(2, code);
        Assert.Contains("MessageBoard is running already at http://127.0.0.1:8080", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "The .NET 10 SDK is missing")]
    [InlineData("8.0.100 [/usr/share/dotnet/sdk]", null, "The .NET 10 SDK is missing")]
    [InlineData("10.0.100 [/usr/share/dotnet/sdk]", null, "Node.js 20 or later is wanted; none is here")]
    [InlineData("10.0.100 [/usr/share/dotnet/sdk]", "v18.19.0", "Node.js 20 or later is wanted; v18.19.0 is here")]
    [InlineData("10.0.100 [/usr/share/dotnet/sdk]", "v22.1.0", "npm is missing")]
    public async Task A_missing_or_old_tool_is_named_with_the_version_wanted(string? dotnet, string? node, string message)
    {
        // A PATH with what the script itself uses and the tools named.
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        foreach (var tool in (string[])["bash", "env", "dirname"])
            File.CreateSymbolicLink(_folder[tool], path.Select(folder => Path.Combine(folder, tool)).First(File.Exists));

        foreach (var (tool, version) in (IEnumerable<(string, string?)>)[("dotnet", dotnet), ("node", node)])
        {
            if (version is not null)
                _folder.WriteProgram(tool, $"echo '{version}'");
        }

        var (code, _, error) = await RunAsync("--local", ("PATH", _folder.Path));

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_stop_without_a_run_say_so()
    {
        Assert.Equal((3, "MessageBoard is not running.\n", ""), await RunAsync("--local --status"));
        Assert.Equal((0, "Nothing to stop: MessageBoard is not running.\n", ""), await RunAsync("--local --stop"));
    }

    [Fact]
    public async Task Reset_forgets_what_is_ours_and_nothing_else()
    {
        Directory.CreateDirectory(_folder["data"]);
        Directory.CreateDirectory(_folder["drill"]);
        File.WriteAllText(_folder["admin-password"], "x");
        File.WriteAllText(_folder["thesis.txt"], "x");

        var (code, _, _) = await RunAsync("--local --reset");

        Assert.Equal(0, code);
        Assert.Equal([_folder["thesis.txt"]], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string options, params IEnumerable<(string, string)> environment) =>
        Script.RunAsync("deploy-all.sh", options, [("MESSAGEBOARD_STATE", _folder.Path), .. environment]);
}
