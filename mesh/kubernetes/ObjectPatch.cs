using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MessageBoard.MeshKubernetes;

/// <summary>
/// What makes of one object another, as a JSON patch (RFC 6902). It touches only what differs, and begins with tests: of the
/// resourceVersion, and of each list item that it touches, such as the route whose weight is set.
/// </summary>
internal sealed class ObjectPatch
{
    private readonly SortedDictionary<string, JsonNode?> _tests = new(StringComparer.Ordinal);
    private readonly List<JsonNode> _changes = [];

    private ObjectPatch()
    {
    }

    /// <summary>The operations; empty when nothing differs.</summary>
    /// <param name="before">The object as the API server has it.</param>
    /// <param name="after">The object as it should be.</param>
    public static JsonArray Create(JsonObject before, JsonObject after)
    {
        var patch = new ObjectPatch();
        patch.Compare("", before, after, null);
        return patch._changes.Count == 0 ? [] :
        [
            Operation("test", "/metadata/resourceVersion", before["metadata"]!["resourceVersion"]),
            .. patch._tests.Select(test => Operation("test", test.Key, test.Value)),
            .. patch._changes,
        ];
    }

    /// <summary>
    /// The operations' text. The tests' values are letter for letter what the API server has sent, as it compares letters: another
    /// escape of the same character is another value to it (https://github.com/evanphx/json-patch, <c>lazyNode.equal</c>).
    /// </summary>
    /// <param name="operations">The operations.</param>
    /// <param name="live">The object as the API server has sent it.</param>
    public static string Write(JsonArray operations, JsonElement live)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            foreach (var operation in operations.Cast<JsonObject>())
            {
                json.WriteStartObject();
                foreach (var (name, value) in operation)
                {
                    json.WritePropertyName(name);
                    if (name == "value" && (string?)operation["op"] == "test")
                        json.WriteRawValue(Find(live, (string)operation["path"]!).GetRawText());
                    else if (value is null)
                        json.WriteNullValue();
                    else
                        value.WriteTo(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>The keys and places of a path (RFC 6901).</summary>
    public static IEnumerable<string> Steps(string path) =>
        path.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    private static JsonElement Find(JsonElement element, string path) => Steps(path).Aggregate(
        element, (found, step) => found.ValueKind == JsonValueKind.Array ? found[int.Parse(step, CultureInfo.InvariantCulture)] : found.GetProperty(step));

    private void Compare(string path, JsonNode? before, JsonNode? after, Item? within)
    {
        switch (before, after)
        {
            case (JsonObject old, JsonObject wanted):
                CompareMaps(path, old, wanted, within);
                break;
            case (JsonArray old, JsonArray wanted):
                CompareLists(path, old, wanted, within);
                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                    Change("replace", path, after, within);

                break;
        }
    }

    private void CompareMaps(string path, JsonObject before, JsonObject after, Item? within)
    {
        foreach (var (key, value) in before)
        {
            if (after.TryGetPropertyValue(key, out var wanted))
                Compare(Child(path, key), value, wanted, within);
            else
                Change("remove", Child(path, key), null, within);
        }

        foreach (var (key, value) in after)
        {
            if (!before.ContainsKey(key))
                Change("add", Child(path, key), value, within);
        }
    }

    // What is equal at the beginning and at the end stays; an item put in or taken out between makes no change of those behind it.
    private void CompareLists(string path, JsonArray before, JsonArray after, Item? within)
    {
        var shorter = Math.Min(before.Count, after.Count);
        var (start, end) = (0, 0);
        while (start < shorter && JsonNode.DeepEquals(before[start], after[start]))
            start++;

        while (end < shorter - start && JsonNode.DeepEquals(before[^(end + 1)], after[^(end + 1)]))
            end++;

        for (var i = start; i < shorter - end; i++)
            Compare(Child(path, $"{i}"), before[i], after[i], within ?? new(Child(path, $"{i}"), before[i]));

        for (var i = before.Count - end - 1; i >= shorter - end; i--)
            Change("remove", Child(path, $"{i}"), null, within ?? new(Child(path, $"{i}"), before[i]));

        for (var i = shorter - end; i < after.Count - end; i++)
            Change("add", Child(path, $"{i}"), after[i], within ?? (i < before.Count ? new(Child(path, $"{i}"), before[i]) : null));
    }

    private void Change(string operation, string path, JsonNode? value, Item? within)
    {
        if (within is { } item)
            _tests[item.Path] = item.Value;

        _changes.Add(Operation(operation, path, value));
    }

    private static JsonObject Operation(string operation, string path, JsonNode? value)
    {
        var patch = new JsonObject { ["op"] = operation, ["path"] = path };
        if (operation != "remove")
            patch["value"] = value?.DeepClone();

        return patch;
    }

    // RFC 6901, section 3
    private static string Child(string path, string key) =>
        $"{path}/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>The outermost list item that a change lies in.</summary>
    private readonly record struct Item(string Path, JsonNode? Value);
}
