namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Istio's ValidateRequestAuthentication and validateJwtRule (pkg/config/validation/validation.go), and the schema of its CRD.
/// </summary>
internal static class RequestAuthenticationReader
{
    private const int MaxRules = 4096, MaxUri = 2048, MaxClaims = 64;

    public static RequestAuthentication Read(ResourceKey key, string file, YamlFields spec)
    {
        var selector = PolicyTargetReader.Read(spec);
        spec.AtMost("jwtRules", MaxRules);
        var rules = spec.Objects("jwtRules").Select(ReadRule).ToArray();
        spec.Done("targetRef", "targetRefs");
        return new(key, file, selector, rules);
    }

    private static JwtRule ReadRule(YamlFields rule)
    {
        var issuer = rule.Text("issuer", NotEmpty);
        var uri = ReadUri(rule, "jwksUri") ?? ReadUri(rule, "jwks_uri");
        if (issuer is null && uri is null && !rule.Has("issuer") && !rule.Has("jwksUri") && !rule.Has("jwks_uri"))
            rule.Report(null, "has to have an issuer or a jwksUri");

        if ((rule.Has("jwks") ? 1 : 0) + (rule.Has("jwksUri") ? 1 : 0) + (rule.Has("jwks_uri") ? 1 : 0) > 1)
            rule.Report(null, "has to have one of jwks and jwksUri");

        rule.AtMost("spaceDelimitedClaims", MaxClaims);
        var read = new JwtRule
        {
            Issuer = issuer ?? "",
            JwksUri = uri,
            Jwks = ReadKeys(rule),
            Audiences = rule.Texts("audiences"),
            FromHeaders = [.. rule.Objects("fromHeaders").Select(ReadHeader)],
            FromParams = rule.Texts("fromParams"),
            FromCookies = rule.Texts("fromCookies"),
            OutputClaimToHeaders = [.. rule.Objects("outputClaimToHeaders").Select(ReadOutput)],
            SpaceDelimitedClaims = rule.Texts("spaceDelimitedClaims"),
            OutputPayloadToHeader = rule.FilledText("outputPayloadToHeader"),
            ForwardOriginalToken = rule.Flag("forwardOriginalToken"),
            IsRequired = rule.Word("presence", "OPTIONAL", "REQUIRED") == "REQUIRED",
            Timeout = rule.Duration("timeout") ?? TimeSpan.FromSeconds(5),
        };
        if (read is { Jwks: null, JwksUri: null } && issuer is not null && GoUrl.SchemeOf(issuer) is not ("http" or "https"))
            rule.Note("issuer", "is no address at which keys could be asked for, so that no token of its is valid");

        if (read.OutputPayloadToHeader is { } output && !NameRules.IsHeaderName(output))
            rule.Refuse("outputPayloadToHeader", $"'{output}' is no header name");

        rule.Done();
        return read;
    }

    private static string? ReadKeys(YamlFields rule)
    {
        var keys = rule.Text("jwks", text => text.Length == 0 ? null : JwksRules.Problem(text));
        if (string.IsNullOrEmpty(keys))
            return null;

        if (JwksRules.Types(keys) is var types && types.Except(["RSA", "EC"]).FirstOrDefault() is { } type)
            rule.Note("jwks", $"has a key of kty {type}, which signs nothing here: only RSA and EC do");

        return keys;
    }

    private static JwtHeader ReadHeader(YamlFields header)
    {
        var read = new JwtHeader(header.RequiredText("name") ?? "", header.Text("prefix") ?? "");
        header.Done();
        return read;
    }

    private static ClaimToHeader ReadOutput(YamlFields output)
    {
        var read = new ClaimToHeader(output.RequiredText("header") ?? "", output.RequiredText("claim") ?? "");
        if (read.Header.Length > 0 && !NameRules.IsStrictHeaderName(read.Header))
            output.Report("header", $"'{read.Header}' is no header name: letters, digits, '-' and '_'");

        output.Done();
        return read;
    }

    // A file is ours: Istio takes http and https alone.
    private static Uri? ReadUri(YamlFields rule, string name)
    {
        if (rule.Text(name, uri => UriProblem(uri, rule.IsIstios)) is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var read))
            return null;

        if (read.IsFile)
            rule.Note(name, "is a file, which the local mesh alone reads: Istio takes http and https");

        return read;
    }

    private static string? NotEmpty(string text) => text.Length == 0 ? "must not be empty" : null;

    private static string? UriProblem(string uri, bool isIstios) =>
        uri.Length > MaxUri ? $"must not be longer than {MaxUri} characters"
        : GoUrl.SchemeOf(uri) is "http" or "https" ? null
        : !isIstios && uri.StartsWith("file:///", StringComparison.Ordinal) && Uri.IsWellFormedUriString(uri, UriKind.Absolute) ? null
        : $"'{uri}' has to be an http or https URL, or at home file:///PATH";
}
