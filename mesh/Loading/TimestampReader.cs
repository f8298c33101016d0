namespace MessageBoard.Mesh.Loading;

/// <summary>Reads points in time as Kubernetes writes them (metav1.Time: RFC 3339).</summary>
internal static class TimestampReader
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>The point in time; null where none is given, and where what is given is reported.</summary>
    public static DateTimeOffset? Read(YamlFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
            return null;

        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;

        fields.Report(name, $"'{text}' is no point in time such as 2026-11-27T08:00:00Z");
        return null;
    }
}
