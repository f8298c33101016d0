namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Istio's rules for the values of policies (pkg/config/security/security.go); each gives what is wrong with one, or null.
/// </summary>
internal static partial class AuthorizationValues
{
    private const int MaxServiceAccountLength = 320;

    /// <summary><c>ValidateIPs</c>.</summary>
    public static string? Address(string text) =>
        AddressBlock.TryParse(text, out _) ? null : $"'{text}' has to be an IP address or a block such as 10.1.0.0/16";

    /// <summary><c>ValidatePorts</c>.</summary>
    public static string? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : $"'{text}' has to be a port from 0 to 65535";

    /// <summary><c>CheckServiceAccount</c>.</summary>
    public static string? ServiceAccount(string text) => text switch
    {
        { Length: > MaxServiceAccountLength } => $"must not be longer than {MaxServiceAccountLength} characters",
        _ when text.Contains('*') => $"'{text}' must not have a '*'",
        _ when text.Split('/') is { Length: > 2 } or [.., ""] or ["", ..] => $"'{text}' has to be NAME or NAMESPACE/NAME",
        _ => null,
    };

    /// <summary><c>CheckTrustDomainValues</c>.</summary>
    public static string? TrustDomain(string text) => text.Contains('/') ? $"'{text}' must not have a '/'" : Wildcard(text);

    /// <summary><c>CheckWildcardValues</c>.</summary>
    public static string? Wildcard(string text) => text.IndexOf('*') is var at and >= 0 && (at != text.LastIndexOf('*')
        || (at != 0 && at != text.Length - 1)) ? $"'{text}' may have one '*', as its first or last character" : null;

    /// <summary><c>CheckValidPathTemplate</c>: <c>{*}</c> is a segment, <c>{**}</c> the last segments.</summary>
    public static string? Path(string path)
    {
        if (!path.Contains('{') && !path.Contains('}'))
            return null;

        var (isTemplate, hasRest) = (PathTemplate.Is(path), false);
        foreach (var segment in path.Trim('/').Split('/'))
        {
            if (segment is PathTemplate.One or PathTemplate.Rest)
            {
                if (hasRest)
                    return $"'{path}' has to end after {PathTemplate.Rest}";

                hasRest = segment == PathTemplate.Rest;
            }
            else if (segment.AsSpan().ContainsAny("{}"))
            {
                return $"'{path}' has to have {PathTemplate.One} or {PathTemplate.Rest} as whole segments";
            }
            else if (isTemplate && !PathLiteral().IsMatch(segment))
            {
                return $"'{path}' has '{segment}' as a segment, which is none of a template";
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9\-._~%!$&'()+,;:@=]+\z")]
    private static partial Regex PathLiteral();
}
