namespace MessageBoard.Mesh.Loading;

internal static class HttpMatchReader
{
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
            Headers = StringMatchReader.ReadAll(match, "headers", HeaderProblem),
            WithoutHeaders = StringMatchReader.ReadAll(match, "withoutHeaders", HeaderProblem, starIsPresence: true),
            QueryParams = StringMatchReader.ReadAll(match, "queryParams"),
            Port = match.Whole("port", 0, 65535) is > 0 and var port ? port : null,
            SourceLabels = NameRules.ReadLabels(match, "sourceLabels"),
            SourceNamespace = match.FilledText("sourceNamespace"),
            Gateways = [.. match.Texts("gateways", NameRules.Gateway).Select(gateway => NameRules.GatewayName(gateway, ns))],
        };

        if (read.SourceNamespace is { } source && !NameRules.IsDnsLabel(source))
            match.Report("sourceNamespace", $"'{source}' is no namespace's name");

        match.Text("statPrefix");
        match.Note("statPrefix");
        match.Done();
        return read;
    }

    private static string? HeaderProblem(string name) =>
        name.StartsWith("@request.auth.claims", StringComparison.Ordinal) ? "is not carried out by the local mesh: it knows no JWT"
        : NameRules.IsHeaderName(name) ? null
        : $"'{name}' is no header name";
}
