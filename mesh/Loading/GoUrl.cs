namespace MessageBoard.Mesh.Loading;

/// <summary>URLs as Go reads them (https://pkg.go.dev/net/url#ParseRequestURI), as far as Istio looks at them.</summary>
internal static partial class GoUrl
{
    /// <summary>The scheme in lower case; empty when there is none, null for what is no URL.</summary>
    public static string? SchemeOf(string url)
    {
        if (url.Length == 0 || url.Any(char.IsControl))
            return null;

        var scheme = Scheme().Match(url) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : "";
        var rest = scheme.Length == 0 ? url : url[(scheme.Length + 1)..];
        if (!rest.StartsWith('/'))
            return scheme.Length > 0 ? scheme : null;

        if (!rest.StartsWith("//", StringComparison.Ordinal) || (scheme.Length == 0 && rest.StartsWith("///", StringComparison.Ordinal)))
            return HasBrokenEscape(rest) ? null : scheme;

        var end = rest.AsSpan(2).IndexOfAny('/', '?') is >= 0 and var at ? at + 2 : rest.Length;
        return Authority().IsMatch(rest[2..end]) && !HasBrokenEscape(rest[end..]) ? scheme : null;
    }

    private static bool HasBrokenEscape(string text) => BrokenEscape().IsMatch(text.Split('?')[0]);

    [GeneratedRegex(@"\A([A-Za-z][A-Za-z0-9+.-]*):")]
    private static partial Regex Scheme();

    // A user, a host or an IPv6 address in brackets, and a port, which Go lets be empty or of any length.
    [GeneratedRegex(@"\A(?:[-A-Za-z0-9._:~!$&'()*+,;=%@]*@)?(?:\[[0-9A-Fa-f:.%]+\]|[-A-Za-z0-9._~!$&'()*+,;=""<>]*)(?::[0-9]*)?\z")]
    private static partial Regex Authority();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    private static partial Regex BrokenEscape();
}
