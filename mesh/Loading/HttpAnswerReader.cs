namespace MessageBoard.Mesh.Loading;

/// <summary>Reads the answers that need no service.</summary>
internal static class HttpAnswerReader
{
    public static HttpRedirect? ReadRedirect(YamlFields route, IReadOnlyList<HttpMatch> matches)
    {
        if (route.Object("redirect") is not { } redirect)
            return null;

        var code = redirect.Whole("redirectCode", 0, int.MaxValue) is > 0 and var given ? given : 301;
        if (code is < 300 or > 399)
            redirect.Report("redirectCode", "has to be from 300 to 399");
        else if (code is not (301 or 302 or 303 or 307 or 308))
            redirect.Refuse("redirectCode", $"{code} is not carried out by the local mesh, nor by Istio; 301, 302, 303, 307 and 308 are");

        var scheme = redirect.FilledText("scheme");
        if (scheme is not (null or "http" or "https"))
            redirect.Report("scheme", "has to be http or https");

        var port = redirect.Whole("port", 0, 65535) is > 0 and var number ? number : (int?)null;
        var derivePort = redirect.Word("derivePort", "FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT") is "FROM_REQUEST_PORT"
            ? RedirectPort.FromRequestPort
            : RedirectPort.FromProtocolDefault;
        if (redirect.Has("port") && redirect.Has("derivePort"))
            redirect.Report(null, "has to have one of port and derivePort");

        var read = new HttpRedirect(redirect.FilledText("uri"), redirect.FilledText("authority"), scheme, port, derivePort, code,
            redirect.FilledText("prefixRewrite"));
        if (read is { Uri: null, PrefixRewrite: null, Authority: null, Scheme: null }
            && !redirect.Has("port") && !redirect.Has("derivePort"))
            redirect.Report(null, "has to have uri, prefixRewrite, authority, scheme or port");

        if (read is { Uri: not null, PrefixRewrite: not null })
            redirect.Report("prefixRewrite", "cannot stand beside uri");
        else if (read.PrefixRewrite is not null && matches.Any(match => match.Uri is not (null or StringMatch.Prefix)))
            redirect.Report("prefixRewrite", "takes the place of a prefix: each match of the uri has to be one");

        redirect.Done();
        return read;
    }

    public static DirectResponse? ReadDirectResponse(YamlFields route)
    {
        if (route.Object("directResponse") is not { } response)
            return null;

        var status = response.Whole("status", 200, 600);
        if (status is 600)
            response.Refuse("status", "600 is not carried out by the local mesh, nor by Envoy");

        if (!response.Has("status"))
            response.Report("status", "is missing");

        var body = ReadBody(response);
        response.Done();
        return new(status ?? 0, body);
    }

    private static ReadOnlyMemory<byte>? ReadBody(YamlFields response)
    {
        if (response.Object("body") is not { } body)
            return null;

        var (text, base64) = (body.Text("string"), body.Text("bytes"));
        if (text is not null && base64 is not null)
            body.Report(null, "has to have one of string and bytes");

        body.Done();
        if (text is not null)
            return System.Text.Encoding.UTF8.GetBytes(text);

        if (base64 is null)
            return null;

        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            body.Report("bytes", "has to be base64");
            return null;
        }
    }
}
