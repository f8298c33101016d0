using Microsoft.Extensions.Primitives;

namespace MessageBoard.Gateway.Edge;

/// <summary>
/// The names that the gateway answers to. A web page whose own name has been pointed at this address (DNS rebinding) is read by the
/// browser as ours; only the Host header tells.
/// </summary>
internal sealed class AllowedHosts
{
    private const string Setting = "Gateway:Hosts";

    private readonly IList<StringSegment> _names;

    /// <summary>
    /// localhost, 127.0.0.1, [::1], and what <c>Gateway:Hosts</c> names, separated by commas; <c>*.example.com</c> stands for subdomains.
    /// </summary>
    /// <exception cref="InvalidOperationException">A name in the setting is none.</exception>
    public AllowedHosts(IConfiguration configuration) =>
        _names = ["localhost", "127.0.0.1", "[::1]", .. ListSetting.Read(configuration, Setting).Select(Name)];

    /// <summary>
    /// Whether a Host header, or what HTTP/2 has in its place, is one of them; the port is of no account. Punycode that is none is refused
    /// here, because whoever asks ASP.NET for the host has it decoded.
    /// </summary>
    public bool Allow(string? host)
    {
        try
        {
            return !string.IsNullOrEmpty(host) && HostString.MatchesAny(host, _names) && HostString.FromUriComponent(host).HasValue;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return false;
        }
    }

    // As browsers write it into the header: an IPv6 address in brackets, other letters than ASCII's in punycode.
    private static StringSegment Name(string name)
    {
        var root = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return Uri.CheckHostName(root) switch
        {
            UriHostNameType.IPv6 => $"[{name.Trim('[', ']')}]",
            UriHostNameType.Dns or UriHostNameType.IPv4 => new HostString(name).ToUriComponent(),
            _ => throw new InvalidOperationException(
                $"{Setting} wants names or addresses without scheme and port, separated by commas; '{name}' is none."),
        };
    }
}
