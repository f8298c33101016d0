namespace MessageBoard.Mesh;

/// <summary>
/// Values of headers are bytes that a proxy passes on as they came (https://www.rfc-editor.org/rfc/rfc9110#section-5.5, obs-text), as
/// Envoy does. In .NET they are texts: Latin-1 has a character for each byte.
/// </summary>
public static class HeaderBytes
{
    /// <summary>Has a client write and read all bytes.</summary>
    public static void Keep(SocketsHttpHandler handler)
    {
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
    }

    /// <summary>A value as a rule writes it, which is in UTF-8.</summary>
    public static string ToText(string value) => Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));

    /// <summary>A rule's value as a header holds it.</summary>
    public static string FromText(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
