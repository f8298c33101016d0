using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Local.Processes;

/// <summary>
/// Ports on 127.0.0.1, from below Linux's ephemeral range (32768 up), where an outgoing connection could take one before we listen.
/// </summary>
internal sealed class FreePorts
{
    private const int Lowest = 20000;
    private const int Highest = 32767;

    private readonly HashSet<int> _given = [];
    private int _next = Random.Shared.Next(Lowest, Highest + 1);

    /// <exception cref="LaunchException">None is left.</exception>
    public int Take()
    {
        lock (_given)
        {
            for (var tries = 0; tries <= Highest - Lowest; tries++)
            {
                var port = _next;
                _next = port == Highest ? Lowest : port + 1;
                if (WhyNot(port) is null && _given.Add(port))
                    return port;
            }
        }

        throw new LaunchException($"No free port between {Lowest} and {Highest} on 127.0.0.1.", ExitCodes.Failure);
    }

    /// <summary>Why this process cannot listen on the port; null when it can.</summary>
    public static SocketError? WhyNot(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException refusal)
        {
            return refusal.SocketErrorCode;
        }
    }

    /// <summary>
    /// Which process listens on the port: <c>: process 42 (nginx) listens on it</c>, or nothing where that cannot be known.
    /// </summary>
    public static string Holder(int port) =>
        OperatingSystem.IsLinux() && LinuxProcesses.ListenerOn(port) is { } holder ? $": process {holder} listens on it" : "";
}
