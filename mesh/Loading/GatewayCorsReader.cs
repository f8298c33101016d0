namespace MessageBoard.Mesh.Loading;

internal static partial class GatewayCorsReader
{
    private const int MaxNames = 64, MaxMethods = 9, DefaultAge = 5;

    // As Istio writes it (createCorsFilter in pilot/pkg/config/kube/gateway/conversion.go): any origin of RFC 6454.
    private static readonly StringMatch AnyOrigin = StringMatch.Regular.Parse(@"[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+");

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];

    public static CorsPolicy Read(YamlFields cors)
    {
        var origins = ReadWithStar(cors, "allowOrigins", MaxNames, OriginProblem);
        var read = new CorsPolicy
        {
            AllowOrigins = [.. origins.Select(Match)],
            AllowMethods = ReadWithStar(
                cors, "allowMethods", MaxMethods,
                method => Methods.Contains(method) ? null : $"has to be one of {string.Join(", ", Methods)}, not '{method}'"),
            AllowHeaders = ReadWithStar(cors, "allowHeaders", MaxNames, GatewayFields.Token),
            ExposeHeaders = cors.Texts("exposeHeaders", MaxNames, GatewayFields.Token),
            MaxAge = TimeSpan.FromSeconds(cors.Whole("maxAge", 1, int.MaxValue) ?? DefaultAge),
            AllowCredentials = cors.Flag("allowCredentials") ? true : null,
            ForwardUnmatchedPreflights = false,
        };
        cors.Done();
        return read;
    }

    private static IReadOnlyList<string> ReadWithStar(YamlFields cors, string name, int max, Func<string, string?> problem)
    {
        var texts = cors.Texts(name, max, problem);
        if (texts.Count > 1 && texts.Contains("*"))
            cors.Report(name, "has to have '*' alone");

        return texts;
    }

    private static string? OriginProblem(string origin) => origin.Length > GatewayFields.LongestName
        ? $"must not be longer than {GatewayFields.LongestName} characters"
        : Origin().IsMatch(origin) ? null : $"'{origin}' is no origin, such as https://*.example.com";

    private static StringMatch Match(string origin) => origin switch
    {
        "*" => AnyOrigin,
        _ when !origin.Contains('*') => new StringMatch.Exact(origin),
        [.. var prefix, '*'] when !prefix.Contains('*') => new StringMatch.Prefix(prefix),
        _ => StringMatch.Regular.Parse(Regex.Escape(origin).Replace(@"\*", ".*", StringComparison.Ordinal)),
    };

    [GeneratedRegex(@"\A(?:\*|https?://(?:(?:\*\.)?(?:[a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(?::[0-9]{1,5})?)\z")]
    private static partial Regex Origin();
}
