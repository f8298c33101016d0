using System.Net;
using System.Net.Sockets;

namespace MessageBoard.Shared.Http;

/// <summary>Whom requests come from, as far as their address tells.</summary>
public static class ClientAddress
{
    /// <summary>
    /// One client's address: an IPv4 address, or the first 64 bits of an IPv6 address, of which the rest is the client's own to choose
    /// (RFC 4291, 2.5.4); a text that is the same for all whose address is not known.
    /// </summary>
    public static string Of(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address =>
            $"{new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), .. new byte[8]])}/64",
        var address => address.ToString(),
    };
}
