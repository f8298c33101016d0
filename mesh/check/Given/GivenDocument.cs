using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.Given;

/// <summary>A resource as it is written.</summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Key">Which one it is.</param>
/// <param name="Root">All of it.</param>
internal sealed record GivenDocument(string File, ResourceKey Key, YamlMap Root)
{
    /// <summary>Takes a document for a resource; null for one without kind and name.</summary>
    public static GivenDocument? Of(string file, YamlItem document) =>
        document is YamlMap root && root.TryGetText("kind", out var kind) && Map(root, "metadata") is { } metadata
            && metadata.TryGetText("name", out var name)
            ? new(file, new(kind, Text(metadata, "namespace") ?? HostNames.DefaultNamespace, name), root)
            : null;

    /// <summary>The value of a field; null where it is not there.</summary>
    public YamlItem? Find(FieldPath? path)
    {
        if (path is null)
            return Root;

        return (Find(path.Parent), path.Name) switch
        {
            (YamlMap map, { } name) when map.IndexOf(name) is >= 0 and var index => map[index].Value,
            (YamlList list, null) when path.Index < list.Items.Count => list.Items[path.Index],
            _ => null,
        };
    }

    /// <summary>The line of a field, or of the nearest around it that is there.</summary>
    public int LineOf(FieldPath? path)
    {
        for (; path is not null; path = path.Parent)
        {
            if (Find(path) is { } item)
                return item.Line;
        }

        return Root.Line;
    }

    /// <summary>The mapping under a name; null where there is none.</summary>
    public static YamlMap? Map(YamlItem? item, string name) => Value(item, name) as YamlMap;

    /// <summary>The items of the list under a name; none where there is none.</summary>
    public static IReadOnlyList<YamlItem> List(YamlItem? item, string name) => Value(item, name) is YamlList list ? list.Items : [];

    /// <summary>The text under a name; null where there is none.</summary>
    public static string? Text(YamlItem? item, string name) =>
        item is YamlMap map && map.TryGetText(name, out var text) && text.Length > 0 ? text : null;

    /// <summary>The texts of a list.</summary>
    public static IEnumerable<string> Strings(IEnumerable<YamlItem> items) => items.OfType<YamlText>().Select(text => text.Value);

    /// <summary>A mapping from names to texts, such as labels.</summary>
    public static IReadOnlyDictionary<string, string> Texts(YamlItem? item)
    {
        var texts = new Dictionary<string, string>();
        for (var i = 0; item is YamlMap map && i < map.Count; i++)
        {
            if (map[i] is { Key: YamlText name, Value: YamlText value })
                texts[name.Value] = value.Value;
        }

        return texts;
    }

    private static YamlItem? Value(YamlItem? item, string name) =>
        item is YamlMap map && map.IndexOf(name) is >= 0 and var index ? map[index].Value : null;
}
