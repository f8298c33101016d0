using System.Security.Cryptography;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Editing;

/// <summary>
/// A hash of what a resource's <c>spec</c> says, however it is written: the same of a file's text and of what an API server makes of it.
/// </summary>
internal static class SpecDigest
{
    private const int Digits = 16;

    /// <summary>That of a spec; of nothing, too.</summary>
    public static string Of(YamlNode? spec)
    {
        var text = new StringBuilder();
        Write(spec, text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..Digits];
    }

    // Each text with its length, so that no two specs are written alike.
    private static void Write(YamlNode? node, StringBuilder text)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                text.Append('{');
                foreach (var (key, value) in mapping.Children.OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal))
                {
                    Write(key, text);
                    Write(value, text);
                }

                text.Append('}');
                break;
            case YamlSequenceNode list:
                text.Append('[');
                foreach (var item in list.Children)
                    Write(item, text);

                text.Append(']');
                break;
            case YamlScalarNode { Value: { } value }:
                text.Append(CultureInfo.InvariantCulture, $"{value.Length}:{value}");
                break;
        }
    }
}
