using System.Collections.Frozen;

namespace MessageBoard.Gateway.Proxy;

/// <summary>
/// What a caller says of where a request comes from: services believe the gateway, so only the gateway may say it, from the connection.
/// </summary>
internal static class CallersWord
{
    private const string Forwarded = "X-Forwarded-";

    private static readonly FrozenSet<string> Names =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Forwarded", "X-Real-IP", "X-Mesh-Source");

    /// <summary>Puts the gateway's own in its place.</summary>
    public static void Replace(HttpContext context)
    {
        var headers = context.Request.Headers;
        List<string>? forged = null;
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(Forwarded, StringComparison.OrdinalIgnoreCase) || Names.Contains(name))
                (forged ??= []).Add(name);
        }

        forged?.ForEach(name => headers.Remove(name));
        headers["X-Forwarded-For"] = context.Connection.RemoteIpAddress?.ToString();
        headers["X-Forwarded-Proto"] = context.Request.Scheme;
        headers["X-Forwarded-Host"] = context.Request.Host.ToUriComponent();
    }
}
