using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Forwarding;

/// <summary>Changes a request's path and authority as VirtualServices say.</summary>
internal static partial class Rewriting
{
    private const string OriginalPath = "x-envoy-original-path";

    /// <summary>Changes a request's authority.</summary>
    /// <returns>The path and query that the service gets.</returns>
    public static string Apply(Call call)
    {
        if (call.Route.Rewrite is not { } rewrite)
            return call.Uri.PathAndQuery;

        call.Request.Headers.Host = rewrite.Authority ?? call.Request.Headers.Host;
        if (rewrite is { Uri: null, Regex: null })
            return call.Uri.PathAndQuery;

        // https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-original-path
        call.Request.Headers.Remove(OriginalPath);
        call.Request.Headers.TryAddWithoutValidation(OriginalPath, call.Uri.PathAndQuery);
        if (rewrite.Regex is not { } regex)
            return ReplacePrefix(call, rewrite.Uri!) + call.Uri.Query;

        var path = RequestPath.Normalize(call.Uri.AbsolutePath);
        return Clean(regex.Match.Regex.Replace(path, ToDotNet(regex.Rewrite))) + call.Uri.Query;
    }

    /// <summary>The path with a text in place of what was matched.</summary>
    public static string ReplacePrefix(Call call, string replacement)
    {
        var path = RequestPath.Normalize(call.Uri.AbsolutePath); // what the match was found in
        var match = call.Decision.Match < 0 ? null : call.Route.Matches[call.Decision.Match];
        return Clean(replacement + path[MatchedLength(match, path)..]);
    }

    // Whatever the rule makes of it, it stays a path: the address before it must not change, nor may the request line end early.
    private static string Clean(string path)
    {
        path = path.StartsWith('/') ? path : $"/{path}";
        return path.All(IsPlain) ? path : string.Concat(path.EnumerateRunes()
            .Select(rune => rune.IsAscii && IsPlain((char)rune.Value) ? $"{rune}" : Uri.EscapeDataString($"{rune}")));
    }

    private static bool IsPlain(char letter) => letter is > ' ' and < (char)0x7f and not '#';

    // Without a match of the path, Istio matches the prefix "/". An exact or regular one matches all of it.
    private static int MatchedLength(HttpMatch? match, string path) => match?.Uri switch
    {
        null => 1,
        StringMatch.Prefix prefix => prefix.Value.Length,
        StringMatch.PathPrefix prefix => prefix.Value.Length,
        _ => path.Length,
    };

    // RE2 writes \1 and \\ where .NET writes $1 and \, and $ stands for itself.
    private static string ToDotNet(string rewrite) =>
        Re2Escape().Replace(
            rewrite.Replace("$", "$$", StringComparison.Ordinal), escape => escape.Value[1] == '\\' ? @"\" : $"${{{escape.Value[1]}}}");

    [GeneratedRegex(@"\\[0-9\\]")]
    private static partial Regex Re2Escape();
}
