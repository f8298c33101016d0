using System.Globalization;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Configuration;

/// <summary>Changes weights in a VirtualService's text, and leaves every other character as it is.</summary>
internal static class WeightText
{
    /// <summary>The text with other weights in the default route of that VirtualService.</summary>
    public static string Replace(string text, ResourceId id, IReadOnlyDictionary<string, int> weights)
    {
        if (text.StartsWith(YamlDocuments.ByteOrderMark))
            return YamlDocuments.ByteOrderMark + Replace(text[1..], id, weights);

        var edits = new List<(int Start, int End, string Text)>();
        foreach (var destination in DefaultDestinations(text, id))
        {
            var subset = Scalar(Child(destination, "destination"), "subset");
            if (subset is null || !weights.TryGetValue(subset, out var weight))
                continue;

            var number = weight.ToString(CultureInfo.InvariantCulture);
            if (Child(destination, "weight") is { } node)
                edits.Add(((int)node.Start.Index, (int)node.End.Index, node.Start.Index == node.End.Index ? $" {number}" : number));
            else
                edits.Add(Insertion(text, (YamlMappingNode)destination, number));
        }

        foreach (var (start, end, number) in edits.OrderByDescending(edit => edit.Start))
            text = string.Concat(text.AsSpan(0, start), number, text.AsSpan(end));

        return text;
    }

    // Before the first key, in the mapping's own style.
    private static (int, int, string) Insertion(string text, YamlMappingNode destination, string number)
    {
        var first = destination.Children.Keys.First();
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var separator = destination.Style == MappingStyle.Flow ? ", " : newLine + new string(' ', (int)first.Start.Column - 1);
        return ((int)first.Start.Index, (int)first.Start.Index, $"weight: {number}{separator}");
    }

    private static IEnumerable<YamlNode> DefaultDestinations(string text, ResourceId id)
    {
        var document = YamlDocuments.Read(text).First(document => Is(document, id));
        var routes = (YamlSequenceNode)Child(Child(document, "spec"), "http")!;
        var route = routes.Last(route => Child(route, "match") is not YamlSequenceNode { Children.Count: > 0 });
        return (YamlSequenceNode)Child(route, "route")!;
    }

    private static bool Is(YamlNode document, ResourceId id) =>
        Scalar(document, "kind") == id.Kind
        && ResourceFile.IsNetworking(Scalar(document, "apiVersion") ?? "")
        && Child(document, "metadata") is { } metadata
        && Scalar(metadata, "name") == id.Name
        && (Scalar(metadata, "namespace") ?? HostNames.DefaultNamespace) == id.Namespace;

    private static YamlNode? Child(YamlNode? node, string name) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Scalar(YamlNode? node, string name) => (Child(node, name) as YamlScalarNode)?.Value;
}
