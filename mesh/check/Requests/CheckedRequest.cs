using System.Text;

namespace MessageBoard.MeshCheck.Requests;

/// <summary>A request whose way is asked for.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Uri">Its address, with the host by which it is routed.</param>
/// <param name="Headers">Its headers.</param>
internal sealed record CheckedRequest(string Method, Uri Uri, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    // As it is written: %2F, // and dot segments are the mesh's business.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Reads <c>GET http://host:port/path?query</c>; the method may be missing.</summary>
    /// <param name="text">The request.</param>
    /// <param name="headers">Its headers, such as <c>x-canary: true</c>; <c>Host</c> is the host by which it is routed.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static CheckedRequest Parse(string text, IEnumerable<string> headers)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (method, address) = parts switch
        {
            [var only] => ("GET", only),
            [var first, var second] => (first, second),
            _ => throw Wrong(),
        };
        return Create(method, address, [.. headers.Select(ParseHeader)]) ?? throw Wrong();

        FormatException Wrong() => new($"a request is written 'GET http://host/path', not '{text}'");
    }

    /// <summary>A request; null where the address or the method is none.</summary>
    public static CheckedRequest? Create(string method, string address, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (!Uri.TryCreate(address, AsWritten, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0
            || method.Length == 0 || !method.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter)))
            return null;

        // Without a path none is written, not even the slash.
        var path = uri.PathAndQuery is ['/', ..] and var whole ? whole : $"/{uri.PathAndQuery}";
        var host = headers.LastOrDefault(header => header.Key.Equals("host", StringComparison.OrdinalIgnoreCase)).Value;
        if (host is null)
            return new(method, new($"{uri.Scheme}://{uri.Authority}{path}", AsWritten), headers);

        // As with curl: the address says where to connect, and the header for whom the request is.
        var name = host.LastIndexOf(':') is > 0 and var colon && colon > host.LastIndexOf(']') ? host[..colon] : host;
        return Uri.TryCreate($"{uri.Scheme}://{name}:{uri.Port}{path}", AsWritten, out var routed) ? new(method, routed, headers) : null;
    }

    /// <summary>The same for an HTTP client.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(new(Method), Uri);
        foreach (var (name, value) in Headers)
        {
            // .NET keeps Content-Type and its like with the content.
            var text = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value));
            if (!message.Headers.TryAddWithoutValidation(name, text))
                (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, text);
        }

        return message;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Method} {Uri.OriginalString}{string.Concat(Headers.Select(header => $"  {header.Key}: {header.Value}"))}";

    private static KeyValuePair<string, string> ParseHeader(string text) =>
        text.IndexOf(':', 1) is > 0 and var colon
            ? new(text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new FormatException($"a header is written 'name: value', not '{text}'");
}
