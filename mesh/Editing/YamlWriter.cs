using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Editing;

/// <summary>Writes small pieces of YAML.</summary>
internal static partial class YamlWriter
{
    /// <summary>A text; what looks like something else gets quotes.</summary>
    public static YamlScalarNode Text(string text) => new(text);

    /// <summary>A number.</summary>
    public static YamlScalarNode Number(IFormattable number) =>
        new(number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)) { Style = ScalarStyle.Plain };

    /// <summary>A mapping.</summary>
    public static YamlMappingNode Map(params IEnumerable<(string Key, YamlNode? Value)> entries) =>
        new(entries.Where(entry => entry.Value is not null)
            .Select(entry => KeyValuePair.Create<YamlNode, YamlNode>(Text(entry.Key), entry.Value!)));

    /// <summary>In one line.</summary>
    /// <param name="node">What to write.</param>
    /// <param name="json">Whether every text gets quotes.</param>
    public static string Flow(YamlNode node, bool json) => node switch
    {
        YamlMappingNode mapping =>
            $"{{{string.Join(", ", mapping.Children.Select(entry => $"{Flow(entry.Key, json)}: {Flow(entry.Value, json)}"))}}}",
        YamlSequenceNode sequence => $"[{string.Join(", ", sequence.Children.Select(item => Flow(item, json)))}]",
        _ => Scalar((YamlScalarNode)node, quoted: json),
    };

    /// <summary>A mapping in lines; the first is not indented.</summary>
    /// <param name="mapping">What to write.</param>
    /// <param name="indent">The indentation of the other lines.</param>
    /// <param name="newLine">How lines end.</param>
    public static string Block(YamlMappingNode mapping, int indent, string newLine) =>
        string.Join(
            newLine + new string(' ', indent),
            mapping.Children.Select(entry => BlockEntry(((YamlScalarNode)entry.Key).Value!, entry.Value, indent, newLine)));

    /// <summary>A key and its value in lines; the first is not indented.</summary>
    public static string BlockEntry(string key, YamlNode value, int indent, string newLine)
    {
        var text = new StringBuilder(key).Append(':');
        var inner = new string(' ', indent + 2);
        switch (value)
        {
            case YamlMappingNode mapping:
                text.Append(newLine).Append(inner).Append(Block(mapping, indent + 2, newLine));
                break;
            case YamlSequenceNode sequence:
                foreach (var item in sequence.Children)
                    text.Append(newLine).Append(inner).Append("- ").Append(item is YamlMappingNode mapping
                        ? Block(mapping, indent + 4, newLine)
                        : Flow(item, json: false));

                break;
            default:
                text.Append(' ').Append(Scalar((YamlScalarNode)value, quoted: false));
                break;
        }

        return text.ToString();
    }

    /// <summary>Whether a text is itself without quotes.</summary>
    public static bool IsPlain(string text) => PlainText().IsMatch(text) && !NotText().IsMatch(text);

    private static string Scalar(YamlScalarNode node, bool quoted)
    {
        var value = node.Value!;
        return node.Style == ScalarStyle.Plain || (!quoted && IsPlain(value))
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[-A-Za-z0-9._/]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainText();

    // What YAML, in one version or another, takes for a number, a truth value, a date or nothing.
    [GeneratedRegex(
        @"\A(?:true|false|yes|no|on|off|y|n|null|[0-9][-0-9_.]*(?:e[-+]?[0-9]+)?|0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotText();
}
