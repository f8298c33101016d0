namespace MessageBoard.Mesh.Loading;

internal static partial class GatewayRuleReader
{
    private const int MaxMatches = 64, MaxBackends = 16;

    /// <summary>What a route without rules has: one that matches everything, and leads nowhere.</summary>
    public static readonly HttpRoute Default = new() { Matches = [GatewayMatchReader.Everything] };

    public static HttpRoute Read(YamlFields rule, string ns)
    {
        var matches = rule.Objects("matches", MaxMatches).Select(GatewayMatchReader.Read).ToArray();
        var backends = rule.Objects("backendRefs", MaxBackends).Select(backend => GatewayBackendReader.Read(backend, ns)).ToArray();
        var filters = GatewayFilterReader.Read(rule, ns, ofBackend: false);
        var read = new HttpRoute
        {
            Name = rule.Filled("name", GatewayFields.LongestName, GatewayFields.Subdomain),
            Matches = matches.Length > 0 || rule.Has("matches") ? matches : Default.Matches,
            Destinations = backends,
            Headers = filters.Headers,
            Redirect = filters.Redirect,
            Rewrite = filters.Rewrite,
            Mirrors = filters.Mirrors,
            Cors = filters.Cors,
            Timeout = ReadTimeout(rule),
        };

        if (read.Redirect is not null && backends.Length > 0)
            rule.Report("backendRefs", "cannot stand beside a RequestRedirect");

        if (filters.PrefixModifier is { } modifier && !(read.Matches is [{ Uri: StringMatch.Prefix or StringMatch.PathPrefix }]))
            modifier.Report("replacePrefixMatch", "needs a rule with one match, of the type PathPrefix");

        rule.Done("retry", "sessionPersistence");
        return read is { Rewrite: { Uri: "/" } rewrite, Matches: [{ Uri: StringMatch.PathPrefix prefix }] }
            ? read with { Rewrite = rewrite with { Uri = null, Regex = GatewayPathReader.WithoutPrefix(prefix) } }
            : read;
    }

    // Without a retry of its own, which the CRD does not have, Istio takes the limit of one try for that of all (convertHTTPRoute in
    // pilot/pkg/config/kube/gateway/conversion.go).
    private static TimeSpan? ReadTimeout(YamlFields rule)
    {
        if (rule.Object("timeouts") is not { } timeouts)
            return null;

        var (request, backendRequest) = (ReadDuration(timeouts, "request"), ReadDuration(timeouts, "backendRequest"));
        timeouts.Done();
        if (request > TimeSpan.Zero && backendRequest > request)
            timeouts.Report("backendRequest", "must not be longer than request");

        return backendRequest > TimeSpan.Zero ? backendRequest : request > TimeSpan.Zero ? request : null;
    }

    // https://gateway-api.sigs.k8s.io/geps/gep-2257/
    private static TimeSpan? ReadDuration(YamlFields timeouts, string name)
    {
        if (timeouts.Text(name) is not { } text)
            return null;

        if (DurationPattern().IsMatch(text) && GoDuration.TryParse(text, out var nanoseconds))
            return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

        timeouts.Report(name, $"has to be a duration such as 1h, 1m30s or 500ms, not '{text}'");
        return null;
    }

    [GeneratedRegex(@"\A(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}\z")]
    private static partial Regex DurationPattern();
}
