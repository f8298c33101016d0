using System.Globalization;
using MessageBoard.Mesh.Loading;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Configuration;

/// <summary>Changes weights in a VirtualService's text, and leaves every other character as it is.</summary>
internal static class WeightText
{
    /// <summary>The text with other weights in the default route of the VirtualService of that name.</summary>
    public static string Replace(string text, string name, IReadOnlyDictionary<string, int> weights)
    {
        var edits = new List<(int Start, int End, string Text)>();
        foreach (var destination in DefaultDestinations(text, name))
        {
            var subset = Scalar(Child(destination, "destination"), "subset");
            if (subset is null || !weights.TryGetValue(subset, out var weight))
                continue;

            var number = weight.ToString(CultureInfo.InvariantCulture);
            if (Child(destination, "weight") is { } node)
                edits.Add(((int)node.Start.Index, (int)node.End.Index, number));
            else
                edits.Add(Insertion((YamlMappingNode)destination, number));
        }

        foreach (var (start, end, number) in edits.OrderByDescending(edit => edit.Start))
            text = string.Concat(text.AsSpan(0, start), number, text.AsSpan(end));

        return text;
    }

    // Before the first key, in the mapping's own style.
    private static (int, int, string) Insertion(YamlMappingNode destination, string number)
    {
        var first = destination.Children.Keys.First();
        var separator = destination.Style == YamlDotNet.Core.Events.MappingStyle.Flow ? ", " : $"\n{new string(' ', (int)first.Start.Column - 1)}";
        return ((int)first.Start.Index, (int)first.Start.Index, $"weight: {number}{separator}");
    }

    private static IEnumerable<YamlNode> DefaultDestinations(string text, string name)
    {
        var document = YamlDocuments.Read(text).First(document => Scalar(document, "kind") == "VirtualService" && Scalar(Child(document, "metadata"), "name") == name);
        var routes = (YamlSequenceNode)Child(Child(document, "spec"), "http")!;
        var route = routes.Last(route => Child(route, "match") is not YamlSequenceNode { Children.Count: > 0 });
        return (YamlSequenceNode)Child(route, "route")!;
    }

    private static YamlNode? Child(YamlNode? node, string name) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Scalar(YamlNode? node, string name) => (Child(node, name) as YamlScalarNode)?.Value;
}
