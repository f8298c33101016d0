namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Istio's ValidateRequestAuthentication and validateJwtRule (pkg/config/validation/validation.go), and the schema of its CRD.
/// </summary>
internal static class RequestAuthenticationReader
{
    private const int MaxRules = 4096, MaxUri = 2048, MaxClaims = 64;

    public static void Check(YamlFields spec)
    {
        PolicyTargetReader.Read(spec);
        spec.AtMost("jwtRules", MaxRules);
        foreach (var rule in spec.Objects("jwtRules"))
            CheckRule(rule);

        spec.Done();
    }

    private static void CheckRule(YamlFields rule)
    {
        var issuer = rule.Text("issuer", NotEmpty);
        var uri = rule.Text("jwksUri", UriProblem) ?? rule.Text("jwks_uri", UriProblem);
        if (issuer is null && uri is null && !rule.Has("issuer") && !rule.Has("jwksUri") && !rule.Has("jwks_uri"))
            rule.Report(null, "has to have an issuer or a jwksUri");

        if ((rule.Has("jwks") ? 1 : 0) + (rule.Has("jwksUri") ? 1 : 0) + (rule.Has("jwks_uri") ? 1 : 0) > 1)
            rule.Report(null, "has to have one of jwks and jwksUri");

        rule.Text("jwks", keys => keys.Length == 0 ? null : JwksRules.Problem(keys));
        rule.Texts("audiences");
        rule.Texts("fromParams");
        rule.Texts("fromCookies");
        foreach (var header in rule.Objects("fromHeaders"))
        {
            header.RequiredText("name");
            header.Text("prefix");
            header.Done();
        }

        foreach (var output in rule.Objects("outputClaimToHeaders"))
        {
            output.RequiredText("claim");
            if (output.RequiredText("header") is { } header && !NameRules.IsStrictHeaderName(header))
                output.Report("header", $"'{header}' is no header name: letters, digits, '-' and '_'");

            output.Done();
        }

        rule.AtMost("spaceDelimitedClaims", MaxClaims);
        rule.Texts("spaceDelimitedClaims");
        rule.Text("outputPayloadToHeader");
        rule.Flag("forwardOriginalToken");
        rule.Word("presence", "OPTIONAL", "REQUIRED");
        rule.Duration("timeout");
        rule.Done();
    }

    private static string? NotEmpty(string text) => text.Length == 0 ? "must not be empty" : null;

    private static string? UriProblem(string uri) =>
        uri.Length > MaxUri ? $"must not be longer than {MaxUri} characters"
        : GoUrl.SchemeOf(uri) is "http" or "https" ? null
        : $"'{uri}' has to be an http or https URL";
}
