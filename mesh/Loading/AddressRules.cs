namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's rules for addresses; each gives what is wrong with one, or null.</summary>
internal static class AddressRules
{
    /// <summary>How the address of a Unix domain socket begins.</summary>
    public const string Unix = "unix://";

    public static bool IsIp(string text) => !text.Contains('/') && AddressBlock.TryParse(text, out _);

    public static bool IsUnix(string text) => text.StartsWith(Unix, StringComparison.Ordinal);

    /// <summary><c>ValidateIPAddress</c>.</summary>
    public static string? Ip(string text) => IsIp(text) ? null : $"'{text}' has to be an IP address";

    /// <summary><c>ValidateIPSubnet</c>.</summary>
    public static string? Subnet(string text) =>
        AddressBlock.TryParse(text, out _) ? null : $"'{text}' has to be an IP address or a block such as 10.1.0.0/16";

    /// <summary><c>ValidateUnixAddress</c>: an absolute path, or with <c>@</c> an abstract socket.</summary>
    public static string? UnixPath(string text)
    {
        var path = text[Unix.Length..];
        return path.StartsWith('@') || (path.StartsWith('/') && !path.EndsWith('/')) ? null
            : $"'{text}' has to be {Unix} and the absolute path of a file";
    }
}
