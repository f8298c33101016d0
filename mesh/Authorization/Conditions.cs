using System.Text.Json;

namespace MessageBoard.Mesh.Authorization;

/// <summary>Whether something holds for a request.</summary>
internal delegate bool RequestTest(in InboundRequest request);

/// <summary>
/// Makes of each condition what is asked of each request: what Istio makes of it for Envoy (pilot/pkg/security/authz/model/generator.go).
/// What is not there matches nothing, so that it fulfils <c>notValues</c>.
/// </summary>
internal static class Conditions
{
    private const RegexOptions Whole = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    /// <summary>Compiles a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="ns">The policy's namespace.</param>
    public static RequestTest Compile(AuthorizationCondition condition, string ns)
    {
        var (wanted, unwanted) = (All(condition.Values), All(condition.NotValues));
        return (in request) => (wanted.Length == 0 || Any(wanted, request)) && !Any(unwanted, request);

        RequestTest[] All(IReadOnlyList<string> values) => [.. values.Select(value => CompileOne(condition, value, ns))];
    }

    private static bool Any(RequestTest[] tests, in InboundRequest request)
    {
        foreach (var test in tests)
        {
            if (test(request))
                return true;
        }

        return false;
    }

    private static RequestTest CompileOne(AuthorizationCondition condition, string value, string ns)
    {
        var pattern = new TextPattern(value);
        switch (condition.Attribute)
        {
            case RequestAttribute.SourcePrincipal:
                return (in request) => request.Principal is { } principal && pattern.IsMatch(principal);
            case RequestAttribute.SourceNamespace:
                var asked = new Regex($@"\A{Regex.Escape(value).Replace(@"\*", ".*", StringComparison.Ordinal)}\z", Whole);
                return (in request) => Part(request.Principal, 2) is { } itsNamespace && asked.IsMatch(itsNamespace);
            case RequestAttribute.SourceServiceAccount:
                var account = value.Contains('/') ? value : $"{ns}/{value}";
                var suffix = $"/ns/{account.Replace("/", "/sa/", StringComparison.Ordinal)}";
                return (in request) => request.Principal?.EndsWith(suffix, StringComparison.Ordinal) == true;
            case RequestAttribute.SourceTrustDomain:
                return (in request) => Part(request.Principal, 0) is { } domain && pattern.IsMatch(domain);
            case RequestAttribute.SourceAddress:
                var sources = Block(value);
                return (in request) => request.Source is { } address && sources.Contains(address);
            case RequestAttribute.RemoteAddress:
                var remotes = Block(value);
                return (in request) => request.Remote is { } address && remotes.Contains(address);
            case RequestAttribute.DestinationAddress:
                var destinations = Block(value);
                return (in request) => request.Destination is { } address && destinations.Contains(address);
            case RequestAttribute.DestinationPort:
                var port = int.Parse(value, CultureInfo.InvariantCulture);
                return (in request) => request.DestinationPort == port;
            case RequestAttribute.ServerName:
                return (in request) => request.ServerName is { } name && pattern.IsMatch(name);
            case RequestAttribute.Host:
                return (in request) => pattern.IsMatch(request.Host, StringComparison.OrdinalIgnoreCase);
            case RequestAttribute.Method:
                return (in request) => pattern.IsMatch(request.Method);
            case RequestAttribute.Path when PathTemplate.Is(value):
                var template = PathTemplate.Compile(value);
                return (in request) => template.IsMatch(request.Path);
            case RequestAttribute.Path:
                return (in request) => pattern.IsMatch(request.Path);
            case RequestAttribute.Header:
                var header = condition.Names[0];
                return (in request) => request.Header(header) is { } text && (value == "*" || pattern.IsMatch(text));
            case RequestAttribute.RequestPrincipal:
                var (issuer, subject) = TokenPrincipal(value);
                return (in request) => request.Claims is { } claims && issuer(Text(claims, "iss")) && subject(Text(claims, "sub"));
            case RequestAttribute.RequestAudiences:
                return (in request) => HasClaim(request, ["aud"], pattern);
            case RequestAttribute.RequestPresenter:
                return (in request) => HasClaim(request, ["azp"], pattern);
            default:
                return (in request) => HasClaim(request, condition.Names, pattern);
        }
    }

    private static AddressBlock Block(string text) =>
        AddressBlock.TryParse(text, out var block) ? block : throw new FormatException($"'{text}' is no address");

    // cluster.local/ns/NAMESPACE/sa/ACCOUNT
    private static string? Part(string? principal, int index) =>
        principal?.Split('/') is [_, "ns", _, "sa", _] and var parts ? parts[index] : null;

    // A list has the value when one of its texts has; what is neither matches nothing.
    private static bool HasClaim(in InboundRequest request, IReadOnlyList<string> names, TextPattern pattern)
    {
        if (request.Claims is not { } claim)
            return false;

        foreach (var name in names)
        {
            if (claim.ValueKind != JsonValueKind.Object || !claim.TryGetProperty(name, out claim))
                return false;
        }

        if (claim.ValueKind != JsonValueKind.Array)
            return IsMatch(claim, pattern);

        foreach (var item in claim.EnumerateArray())
        {
            if (IsMatch(item, pattern))
                return true;
        }

        return false;
    }

    private static bool IsMatch(JsonElement claim, TextPattern pattern) =>
        claim.ValueKind == JsonValueKind.String && pattern.IsMatch(claim.GetString()!);

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.String ? claim.GetString() : null;

    // ISSUER/SUBJECT, parted at the last slash; a '*' stands at one end only (requestPrincipalGenerator).
    private static (Predicate<string?> Issuer, Predicate<string?> Subject) TokenPrincipal(string value)
    {
        var slash = value.LastIndexOf('/');
        var (issuer, subject) = slash < 0 ? (value, "") : (value[..slash], value[(slash + 1)..]);
        return value switch
        {
            "*" => (IsThere, IsThere),
            ['*', ..] when slash < 0 => (IsThere, text => text?.EndsWith(value[1..], StringComparison.Ordinal) == true),
            ['*', ..] => (Like(issuer), Exactly(subject)),
            [.., '*'] when slash < 0 => (Like(value), IsThere),
            [.., '*'] => (Exactly(issuer), Like(subject)),
            _ => (Exactly(issuer), Exactly(subject)),
        };

        static bool IsThere(string? text) => text is { Length: > 0 };
        static Predicate<string?> Like(string pattern) => text => text is not null && new TextPattern(pattern).IsMatch(text);
        static Predicate<string?> Exactly(string wanted) => text => text == wanted;
    }
}
