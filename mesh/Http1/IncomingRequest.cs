using System.Diagnostics.CodeAnalysis;
using MessageBoard.Mesh.Routing;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Http1;

/// <summary>A request that has come in as the routing decision sees it: as it would go out.</summary>
internal readonly struct IncomingRequest(HttpContext context, CalledService service, string path, string query) : IRoutableRequest
{
    public string Host => service.Uri.Host;

    public int Port => service.Uri.Port;

    public string Scheme => service.Uri.Scheme;

    public string Authority => service.Authority;

    public string Method => context.Request.Method;

    public string Path => RequestPath.Normalize(path);

    public string Query => query;

    public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (!context.Request.Headers.TryGetValue(name, out var values) || !IsSent(name))
            return false;

        value = HeaderBytes.ToText(values.Count == 1 ? values.ToString() : string.Join(',', (IEnumerable<string?>)values));
        return true;
    }

    // As it will be sent: what is of the connection ends here.
    private static bool IsSent(string name) => HeaderSyntax.KindOf(name) is not (HeaderKind.HopByHop or HeaderKind.Connection
        or HeaderKind.TransferEncoding or HeaderKind.Host);
}
