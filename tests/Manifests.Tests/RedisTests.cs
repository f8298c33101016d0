using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Manifests.Tests;

/// <summary>The command of Redis' pod, run here.</summary>
public sealed class RedisTests
{
    private const string Password = "a-Random_1";

    [KubectlTheory("redis-server")]
    [InlineData("PING", "-NOAUTH")]
    [InlineData($"AUTH {Password}", "+OK")]
    [InlineData("AUTH other", "-WRONGPASS")]
    public async Task The_password_comes_from_the_environment_and_is_on_no_command_line(string command, string answer)
    {
        using var folder = new TemporaryFolder();
        var port = Repository.FreePort();
        var overlay = Rendering.Of("k8s/overlays/ctx2");
        var configuration =
            Text(Assert.Single(overlay.Of("ConfigMap"), map => map.Json["data"]?["redis.conf"] is not null).Json["data"]!["redis.conf"]);
        folder.Write("redis.conf", configuration.Replace(
            "dir /data",
            $"dir {folder.Path}",
            StringComparison.Ordinal).Replace("port 6379", $"port {port}\nbind 127.0.0.1", StringComparison.Ordinal));

        var container = Assert.Single(Assert.Single(overlay.Of("StatefulSet")).Containers);
        string[] words = [.. Items(container["command"]).Concat(Items(container["args"]))
            .Select(word => Text(word).Replace("/etc/redis", folder.Path, StringComparison.Ordinal))];
        var variable = Assert.Single(Items(container["env"]));
        using var redis = new TestProcess(words[0], words[1..], new Dictionary<string, string> { [Text(variable["name"])] = Password });

        await Eventually.IsTrueAsync(
            async () => (await AskAsync(port, command)).StartsWith(answer, StringComparison.Ordinal),
            $"{command}: {answer}. {string.Join('\n', redis.Output)}");
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)).Select(CommandLine),
            line => line.Contains(Password, StringComparison.Ordinal));
    }

    private static async Task<string> AskAsync(int port, string command)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"));
            return await new StreamReader(client.GetStream()).ReadLineAsync() ?? "";
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
