using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MessageBoard.Gateway.Tests;

/// <summary>Requests byte for byte, as no HTTP client would write them.</summary>
internal static class RawHttp
{
    /// <summary>Sends a text, one byte a character, and reads until the other side closes.</summary>
    /// <returns>The status, 0 when there was no answer; and the whole answer.</returns>
    public static async Task<(int Status, string Answer)> SendAsync(Uri server, string text)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), deadline.Token);
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, deadline.Token);
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }

        var all = Encoding.Latin1.GetString(answer.ToArray());
        return (all.StartsWith("HTTP/1.", StringComparison.Ordinal) ? int.Parse(all.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0, all);
    }
}
