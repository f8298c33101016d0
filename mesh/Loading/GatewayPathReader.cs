using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Loading;

/// <summary>Reads what changes a request's target: redirects and rewrites.</summary>
internal static class GatewayPathReader
{
    private const int LongestPath = 1024, Found = 302;

    private static readonly int[] RedirectCodes = [301, 302, 303, 307, 308];

    // Istio replaces all of a path this way (createRewriteFilter in pilot/pkg/config/kube/gateway/conversion.go).
    private static readonly Re2 WholePath = Re2.Parse("/.*");

    public static HttpRedirect ReadRedirect(YamlFields redirect, out YamlFields? prefixModifier)
    {
        var scheme = redirect.Word("scheme", "http", "https");
        var hostname = ReadHostname(redirect);
        var port = redirect.Whole("port", 1, 65535);
        var code = redirect.Whole("statusCode", 301, 308) ?? Found;
        if (!RedirectCodes.Contains(code))
            redirect.Report("statusCode", $"has to be one of {string.Join(", ", RedirectCodes)}");

        var (full, prefix) = ReadPath(redirect, out prefixModifier);
        redirect.Done();

        // Without a port the request's own stays, but with a scheme it is that one's (createRedirectFilter).
        var derive = scheme is null ? RedirectPort.FromRequestPort : RedirectPort.FromProtocolDefault;
        return new(full is "" ? null : full, hostname, scheme, port, derive, code, prefix is "" ? null : prefix);
    }

    public static HttpRewrite? ReadRewrite(YamlFields rewrite, out YamlFields? prefixModifier)
    {
        var hostname = ReadHostname(rewrite);
        var (full, prefix) = ReadPath(rewrite, out prefixModifier);
        rewrite.Done();
        if (full is not null && WholePath.ReplacementProblem(full) is { } problem)
        {
            rewrite.Refuse("path", problem);
            full = null;
        }

        // A slash at its end does not count.
        var uri = prefix is null ? null : prefix.EndsWith('/') ? prefix[..^1] : prefix;
        return hostname is null && full is null && uri is null
            ? null
            : new(uri is "" ? "/" : uri, hostname, full is null ? null : new(WholePath, full));
    }

    /// <summary>
    /// What takes a prefix of whole segments away with the slash after it (applyHTTPRouteDestination in Istio's
    /// pilot/pkg/networking/core/route/route.go).
    /// </summary>
    public static RegexRewrite WithoutPrefix(StringMatch.PathPrefix prefix) =>
        new(Re2.Parse($"^{Regex.Escape(prefix.Value)}(/?)(.*)"), @"/\2");

    private static string? ReadHostname(YamlFields fields) => fields.Filled("hostname", GatewayFields.LongestName, GatewayFields.Subdomain);

    private static (string? Full, string? Prefix) ReadPath(YamlFields fields, out YamlFields? prefixModifier)
    {
        prefixModifier = null;
        if (fields.Object("path") is not { } path)
            return default;

        var type = path.Word("type", "ReplaceFullPath", "ReplacePrefixMatch");
        if (!path.Has("type"))
            path.Report("type", "is missing");

        var full = ReadText("replaceFullPath", "ReplaceFullPath");
        var prefix = ReadText("replacePrefixMatch", "ReplacePrefixMatch");
        path.Done();
        prefixModifier = prefix is null ? null : path;
        return (full, prefix);

        string? ReadText(string name, string ofType)
        {
            var text = path.Text(name);
            if (text is not null && type is not null && type != ofType)
                path.Report(name, $"must not be given where the type is {type}");
            else if (type == ofType && !path.Has(name))
                path.Report(name, $"is missing for the type {type}");
            else if (text?.Length > LongestPath)
                path.Report(name, $"must not be longer than {LongestPath} characters");

            return text;
        }
    }
}
