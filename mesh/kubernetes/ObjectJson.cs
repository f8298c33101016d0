namespace MessageBoard.MeshKubernetes;

/// <summary>Reads parts of a Kubernetes object that may not be there.</summary>
internal static class ObjectJson
{
    /// <summary>A field; null where it, or what it would be in, is not there.</summary>
    public static JsonElement? Find(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var found) ? found : null;

    /// <summary>A field's text; null for none.</summary>
    public static string? Text(JsonElement? parent, string name) =>
        Find(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A field's items; none where it is no list.</summary>
    public static JsonElement.ArrayEnumerator Items(JsonElement? parent, string name) =>
        Find(parent, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    /// <summary>The object's name.</summary>
    public static string NameOf(JsonElement item) => item.GetProperty("metadata").GetProperty("name").GetString()!;

    /// <summary>The object's labels.</summary>
    public static IReadOnlyDictionary<string, string> LabelsOf(JsonElement item)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Find(Find(item, "metadata"), "labels") is { ValueKind: JsonValueKind.Object } written)
        {
            foreach (var label in written.EnumerateObject())
                labels[label.Name] = label.Value.GetString() ?? "";
        }

        return labels;
    }
}
