using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Reads the fields of a YAML mapping, strictly: what has the wrong type, and what nobody has asked for in the end, is reported
/// with its path and line. All errors are collected; a field with an error reads as if it were missing.
/// </summary>
internal sealed partial class YamlFields
{
    private readonly YamlMappingNode _node;
    private readonly Action<int, string> _report;
    private readonly HashSet<string> _read = [];

    public YamlFields(YamlMappingNode node, string path, Action<int, string> report)
    {
        (_node, Path, _report) = (node, path, report);
    }

    public string Path { get; }

    /// <summary>The line on which the mapping begins, from 1.</summary>
    public int Line => (int)_node.Start.Line;

    public bool IsEmpty => _node.Children.Count == 0;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } value } node when NotText().IsMatch(value) => Wrong<string>(node, name, $"has to be a text: write \"{value}\" with quotes"),
        YamlScalarNode { Value: { } value } => value,
        var other => Wrong<string>(other, name, "has to be a text"),
    };

    public string? RequiredText(string name)
    {
        var text = Text(name);
        if (text is { Length: > 0 })
            return text;

        if (text is not null || Find(name) is null)
            Report(name, "is missing");

        return null;
    }

    public int? Whole(string name, int min, int max)
    {
        var node = Find(name);
        if (node is null)
            return null;

        return node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : Wrong<int?>(node, name, $"has to be a whole number from {min} to {max}");
    }

    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
        var other => Wrong<bool>(other, name, "has to be true or false"),
    };

    public YamlFields? Object(string name) => Find(name) switch
    {
        null => null,
        YamlMappingNode mapping => new(mapping, Child(name), _report),
        var other => Wrong<YamlFields>(other, name, "has to be a mapping"),
    };

    public IReadOnlyList<YamlFields> Objects(string name)
    {
        var items = new List<YamlFields>();
        foreach (var (node, index) in Items(name))
        {
            if (node is YamlMappingNode mapping)
                items.Add(new(mapping, $"{Child(name)}[{index}]", _report));
            else
                Report(node, $"{Child(name)}[{index}] has to be a mapping");
        }

        return items;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        var items = new List<string>();
        foreach (var (node, index) in Items(name))
        {
            if (node is YamlScalarNode { Value: { Length: > 0 } value })
                items.Add(value);
            else
                Report(node, $"{Child(name)}[{index}] has to be a text");
        }

        return items;
    }

    /// <summary>A mapping from names to texts, such as labels.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string name) => Map(name, (fields, key) => fields.Text(key) ?? "");

    /// <summary>A mapping from names that the writer chooses.</summary>
    public IReadOnlyDictionary<string, T> Map<T>(string name, Func<YamlFields, string, T> read)
    {
        var map = new Dictionary<string, T>();
        if (Object(name) is { } fields)
        {
            foreach (var key in fields._node.Children.Keys.OfType<YamlScalarNode>())
                map.TryAdd(key.Value!, read(fields, key.Value!));

            fields.Done(); // every name was asked for: only keys that are no names are left
        }

        return map;
    }

    /// <summary>Reports something about a field, or with null about the mapping itself.</summary>
    public void Report(string? name, string message) => Report(name is null ? _node : Find(name) ?? _node, name is null ? $"{Path} {message}" : $"{Child(name)} {message}");

    /// <summary>Passes over a field on purpose.</summary>
    public void Ignore(string name) => _read.Add(name);

    /// <summary>Reports every field that was not read: one of <paramref name="notCarriedOut"/> as such, any other as unknown.</summary>
    public void Done(params ReadOnlySpan<string> notCarriedOut)
    {
        foreach (var key in _node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name })
                Report(key, $"{Path} has a key that is not a text");
            else if (!_read.Contains(name))
                Report(key, $"{Child(name)} {(notCarriedOut.Contains(name) ? "is not carried out by the local mesh yet" : "is not a field that Istio knows here")}");
        }
    }

    // What Kubernetes reads as a truth value or a number when it stands without quotes, and then refuses where a text belongs.
    [GeneratedRegex(@"\A(?:true|false|yes|no|on|off|[-+]?(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?|0x[0-9a-f]+|0o[0-7]+)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotText();

    private IEnumerable<(YamlNode Node, int Index)> Items(string name) => Find(name) switch
    {
        null => [],
        YamlSequenceNode sequence => sequence.Children.Select((node, index) => (node, index)),
        var other => Wrong<IEnumerable<(YamlNode, int)>>(other, name, "has to be a list") ?? [],
    };

    // Null is YAML's way to leave a field out.
    private YamlNode? Find(string name)
    {
        _read.Add(name);
        return _node.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is not YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" or "~" } ? node : null;
    }

    private string Child(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private T? Wrong<T>(YamlNode node, string name, string rule)
    {
        Report(node, $"{Child(name)} {rule}");
        return default;
    }

    private void Report(YamlNode node, string message) => _report((int)node.Start.Line, message);
}
