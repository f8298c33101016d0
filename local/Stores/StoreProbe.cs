using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Local.Stores;

/// <summary>Asks a store by hand whether it answers: a client library would stay in the launcher's memory for it.</summary>
internal static class StoreProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <returns>The first bytes of the answer; null when they do not come within 2 s.</returns>
    public static async Task<byte[]?> AskAsync(int port, byte[] request, int answerLength, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await client.Client.SendAsync(request, patience.Token);
            var answer = new byte[answerLength];
            await client.GetStream().ReadExactlyAsync(answer, patience.Token);
            return answer;
        }
        catch (Exception noAnswer) when (noAnswer is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
