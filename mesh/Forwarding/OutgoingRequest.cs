using System.Diagnostics.CodeAnalysis;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>An HTTP client's request as the routing decision sees it.</summary>
internal readonly struct OutgoingRequest(HttpRequestMessage request, Uri uri) : IRoutableRequest
{
    public string Host => uri.Host;

    public int Port => uri.Port;

    public string Scheme => uri.Scheme;

    public string Authority => request.Headers.Host ?? uri.Authority;

    public string Method => request.Method.Method;

    public string Path => RequestPath.Normalize(uri.AbsolutePath);

    public string Query => uri.Query;

    public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        var found = request.Headers.NonValidated.TryGetValues(name, out var values)
            || (request.Content is { } content && content.Headers.NonValidated.TryGetValues(name, out values));
        value = found ? HeaderBytes.ToText(values.Count == 1 ? values.ToString() : string.Join(',', (IEnumerable<string>)values)) : null;
        return found;
    }
}
