using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Tests;

/// <summary>Where the checkout is, which ports are free, and which are taken.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether somebody listens on a port.</summary>
    public static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "MessageBoard.sln")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
