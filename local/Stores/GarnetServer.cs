using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Local.Stores;

/// <summary>The embedded Redis. It runs in ctx2, as on Kubernetes.</summary>
internal static class GarnetServer
{
    public static ProcessSpec Spec(string assembly, int port) => new()
    {
        App = "garnet",
        Cluster = "ctx2",
        Pod = "garnet-ctx2-0",
        Port = port,
        FixedPort = true,
        Command = actual =>
        [
            Installation.DotNet, assembly,
            "--bind", "127.0.0.1", "--port", actual.ToString(CultureInfo.InvariantCulture),
            "--memory", "64m", "--page", "1m", "--index", "1m",
        ],
        Environment = _ => new Dictionary<string, string>(SmallRuntime.Environment) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" },
        IsReady = AnswersAsync,
    };

    /// <summary>A PING by hand, in RESP: a client library would stay in memory for it.</summary>
    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await client.Client.SendAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray(), patience.Token);
            var answer = new byte[7];
            await client.GetStream().ReadExactlyAsync(answer, patience.Token);
            return answer.AsSpan().SequenceEqual("+PONG\r\n"u8);
        }
        catch (Exception noAnswer) when (noAnswer is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
