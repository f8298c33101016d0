namespace MessageBoard.Mesh.Loading;

internal static class HttpMatchReader
{
    private const string Claims = "@request.auth.claims";

    private static readonly string[] PseudoHeaders = [":method", ":scheme", ":authority", ":path", ":status"];

    public static HttpMatch Read(YamlFields match, string ns)
    {
        var read = new HttpMatch
        {
            Line = match.Line,
            Name = match.FilledText("name"),
            Uri = StringMatchReader.Read(match, "uri", mayBeEmpty: true),
            IgnoreUriCase = match.Flag("ignoreUriCase"),
            Scheme = StringMatchReader.Read(match, "scheme"),
            Method = StringMatchReader.Read(match, "method"),
            Authority = StringMatchReader.Read(match, "authority"),
            Headers = StringMatchReader.ReadAll(match, "headers", CheckHeader),
            WithoutHeaders = StringMatchReader.ReadAll(match, "withoutHeaders", CheckHeader, starIsPresence: true),
            QueryParams = StringMatchReader.ReadAll(match, "queryParams"),
            Port = match.Whole("port", 0, 65535) is > 0 and var port ? port : null,
            SourceLabels = NameRules.ReadLabels(match, "sourceLabels"),
            SourceNamespace = match.FilledText("sourceNamespace"),
            Gateways = [.. NameRules.ReadGateways(match).Select(gateway => NameRules.GatewayName(gateway, ns))],
        };

        if (read.SourceNamespace is { } source && !NameRules.IsDnsLabel(source))
            match.Report("sourceNamespace", $"'{source}' is no namespace's name");

        match.Text("statPrefix");
        match.Note("statPrefix");
        match.Done();
        return read;
    }

    /// <summary>Whether a header's name stands for a claim of a JWT, as gateways know it (pkg/jwt/routing.go).</summary>
    public static bool IsClaim(string name) =>
        name.StartsWith(Claims, StringComparison.OrdinalIgnoreCase) && name[Claims.Length..] is ['.', _, ..] or ['[', _, .., ']'];

    private static void CheckHeader(YamlFields headers, string name)
    {
        if (IsClaim(name))
            headers.Refuse(name, "is not carried out by the local mesh: it routes by no claims of JWTs");
        else if (!PseudoHeaders.Contains(name) && !NameRules.IsHeaderName(name))
            headers.Report(name, $"'{name}' is no header name");
    }
}
