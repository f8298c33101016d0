using System.Collections.Frozen;

namespace MessageBoard.Mesh.Loading;

internal static class CorsPolicyReader
{
    private static readonly FrozenSet<string> Methods =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"];

    public static CorsPolicy? Read(YamlFields route)
    {
        if (route.Object("corsPolicy") is not { } cors)
            return null;

        var deprecated = cors.Texts("allowOrigin").Select(origin => new StringMatch.Exact(origin));
        var read = new CorsPolicy
        {
            AllowOrigins = cors.Has("allowOrigins") ? ReadOrigins(cors) : [.. deprecated],
            AllowMethods =
                cors.Texts("allowMethods", method => Methods.Contains(method) ? null : $"'{method}' is no HTTP method that Istio knows"),
            AllowHeaders = cors.Texts("allowHeaders", HeaderProblem),
            ExposeHeaders = cors.Texts("exposeHeaders", HeaderProblem),
            MaxAge = cors.Duration("maxAge", DurationRule.WholeSeconds),
            AllowCredentials = cors.OptionalFlag("allowCredentials"),
            ForwardUnmatchedPreflights = cors.Word("unmatchedPreflights", "UNSPECIFIED", "FORWARD", "IGNORE") is not "IGNORE",
        };

        if (cors.Has("allowOrigins"))
            cors.Note("allowOrigin", "has no effect beside allowOrigins");

        cors.Done();
        return read;
    }

    private static List<StringMatch> ReadOrigins(YamlFields cors)
    {
        var origins = new List<StringMatch>();
        foreach (var origin in cors.Objects("allowOrigins"))
        {
            var match = StringMatchReader.Read(origin, mayBeEmpty: false);
            if (match is StringMatch.Exact { Value: "" })
                origin.Report("exact", "must not be empty");
            else if (match is not null)
                origins.Add(match);
        }

        return origins;
    }

    private static string? HeaderProblem(string name) => name is "*" || NameRules.IsHeaderName(name) ? null : $"'{name}' is no header name";
}
