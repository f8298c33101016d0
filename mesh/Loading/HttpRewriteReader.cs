using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Loading;

internal static class HttpRewriteReader
{
    public static HttpRewrite? Read(YamlFields route)
    {
        if (route.Object("rewrite") is not { } rewrite)
            return null;

        var read = new HttpRewrite(rewrite.FilledText("uri"), rewrite.FilledText("authority"), ReadRegex(rewrite));
        if (read.Uri is not null && rewrite.Has("uriRegexRewrite"))
            rewrite.Report(null, "has to have one of uri and uriRegexRewrite");
        else if (read.Uri is null && read.Authority is null && !rewrite.Has("uriRegexRewrite"))
            rewrite.Report(null, "has to have uri, uriRegexRewrite or authority");

        rewrite.Done();
        return read;
    }

    private static RegexRewrite? ReadRegex(YamlFields rewrite)
    {
        if (rewrite.Object("uriRegexRewrite") is not { } regex)
            return null;

        var match = regex.RequiredText("match");
        var replacement = regex.RequiredText("rewrite");
        regex.Done();
        if (match is null || replacement is null || !StringMatchReader.TryReadRegex(regex, "match", match, Re2.Parse, out var expression))
            return null;

        if (expression.ReplacementProblem(replacement) is { } problem)
            regex.Refuse("rewrite", $"is not carried out by the local mesh, nor by Envoy: {problem}");

        return new(expression, replacement);
    }
}
