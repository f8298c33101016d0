using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Manifests.Tests;

/// <summary>The command of Redis' pod, run here.</summary>
public sealed class RedisTests : IDisposable
{
    private const string Password = "a-Random_1";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Repository.FreePort();

    public void Dispose() => _folder.Dispose();

    [KubectlTheory("redis-server")]
    [InlineData("PING", "-NOAUTH")]
    [InlineData($"AUTH {Password}", "+OK")]
    [InlineData("AUTH other", "-WRONGPASS")]
    public async Task The_password_comes_from_the_environment_and_is_on_no_command_line(string command, string answer)
    {
        using var redis = Start();

        await AnswersAsync(redis, command, answer);
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)).Select(CommandLine),
            line => line.Contains(Password, StringComparison.Ordinal));
    }

    [KubectlTheory("redis-server")]
    [InlineData("session:0123")]
    public async Task A_session_survives_a_kill(string key)
    {
        using (var redis = Start())
        {
            await AnswersAsync(redis, $"AUTH {Password}\r\nSET {key} ann EX 3600", "+OK+OK");
            redis.Kill(); // SIGKILL
        }

        using var next = Start();
        await AnswersAsync(next, $"AUTH {Password}\r\nGET {key}\r\nTTL {key}", "+OK$3ann:3");
    }

    private TestProcess Start()
    {
        var overlay = Rendering.Of("k8s/overlays/ctx2");
        var configuration =
            Text(Assert.Single(overlay.Of("ConfigMap"), map => map.Json["data"]?["redis.conf"] is not null).Json["data"]!["redis.conf"]);
        _folder.Write("redis.conf", configuration
            .Replace("dir /data", $"dir {_folder.Path}", StringComparison.Ordinal)
            .Replace("port 6379", $"port {_port}\nbind 127.0.0.1", StringComparison.Ordinal));

        var container = Assert.Single(Assert.Single(overlay.Of("StatefulSet")).Containers);
        string[] words = [.. Items(container["command"]).Concat(Items(container["args"]))
            .Select(word => Text(word).Replace("/etc/redis", _folder.Path, StringComparison.Ordinal))];
        var variable = Assert.Single(Items(container["env"]));
        return new(words[0], words[1..], new Dictionary<string, string> { [Text(variable["name"])] = Password });
    }

    private Task<TimeSpan> AnswersAsync(TestProcess redis, string commands, string answers) => Eventually.IsTrueAsync(
        async () => (await AskAsync(_port, commands)).StartsWith(answers, StringComparison.Ordinal),
        $"{commands}: {answers}. {string.Join('\n', redis.Output)}");

    // All that is answered until Redis closes, without its line ends.
    private static async Task<string> AskAsync(int port, string commands)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{commands}\r\nQUIT\r\n"));
            return (await new StreamReader(client.GetStream()).ReadToEndAsync()).ReplaceLineEndings("");
        }
        catch (SocketException)
        {
            return ""; // not there yet
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }
}
