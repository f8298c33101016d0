namespace MessageBoard.Mesh.Explain;

/// <summary>Writes response flags as Envoy's access log does.</summary>
public static class ResponseFlagsText
{
    /// <summary>The flags, separated by commas; null for none.</summary>
    public static string? Format(this ResponseFlags flags) =>
        flags == ResponseFlags.None ? null : flags.ToString().Replace(", ", ",", StringComparison.Ordinal);
}
