namespace MessageBoard.Mesh.Loading;

/// <summary>What a scalar without quotes means to Kubernetes, which reads YAML 1.1 as go-yaml does.</summary>
internal static partial class YamlWords
{
    /// <summary>Whether it says nothing.</summary>
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The truth value that it is; null when it is none.</summary>
    public static bool? Truth(string text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    /// <summary>Whether it is a number.</summary>
    public static bool IsNumber(string text) => Number().IsMatch(text);

    [GeneratedRegex(
        @"\A(?:[-+]?(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?|0x[0-9a-f]+|0o[0-7]+)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
