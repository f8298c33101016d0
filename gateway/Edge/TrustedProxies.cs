using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace MessageBoard.Gateway.Edge;

/// <summary>The proxies in front of the gateway whose word it takes for who the browser is, and whether it came by TLS.</summary>
internal static class TrustedProxies
{
    private const string Setting = "Gateway:TrustedProxies";

    /// <summary>
    /// Reads <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of the addresses and networks (<c>10.0.0.0/8</c>) that
    /// <c>Gateway:TrustedProxies</c> names, separated by commas; nobody's without the setting.
    /// </summary>
    /// <exception cref="InvalidOperationException">An address in the setting is none.</exception>
    public static WebApplication UseTrustedProxies(this WebApplication app)
    {
        if (ListSetting.Read(app.Configuration, Setting) is not { Length: > 0 } proxies)
            return app;

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null, // as many proxies in a row as are trusted
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies.Select(Network))
            options.KnownIPNetworks.Add(network);

        app.UseForwardedHeaders(options);
        return app;
    }

    private static System.Net.IPNetwork Network(string text)
    {
        if (System.Net.IPNetwork.TryParse(text, out var network))
            return network;

        return IPAddress.TryParse(text, out var address)
            ? new(address, address.GetAddressBytes().Length * 8)
            : throw new InvalidOperationException(
                $"{Setting} wants addresses or networks such as 10.0.0.0/8, separated by commas; '{text}' is none.");
    }
}
