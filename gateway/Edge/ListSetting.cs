namespace MessageBoard.Gateway.Edge;

/// <summary>Settings with several values in one text.</summary>
internal static class ListSetting
{
    /// <summary>The values between the commas; none when the setting is not there.</summary>
    public static string[] Read(IConfiguration configuration, string name) =>
        configuration[name]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
