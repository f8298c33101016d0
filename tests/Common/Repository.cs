using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Tests;

/// <summary>Where the checkout is, and which ports are free.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "MessageBoard.sln")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
