using YamlDotNet.RepresentationModel;

namespace MessageBoard.Manifests.Tests;

/// <summary>One object for an API server, all of its scalars as text.</summary>
internal sealed record Manifest(JsonNode Json)
{
    public string Kind => Text(Json["kind"]);

    public string Name => Text(Json["metadata"]?["name"]);

    public string Namespace => Text(Json["metadata"]?["namespace"]);

    public JsonNode? Labels => Json["metadata"]?["labels"];

    public JsonNode? Spec => Json["spec"];

    /// <summary>The pod template of a Deployment, a StatefulSet, a DaemonSet or a Job.</summary>
    public JsonNode? Template => Kind is "Deployment" or "StatefulSet" or "DaemonSet" or "Job" ? Spec!["template"] : null;

    public IEnumerable<JsonNode> Containers => [.. Items(Template?["spec"]?["initContainers"]), .. Items(Template?["spec"]?["containers"])];

    public static IReadOnlyList<Manifest> Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return [.. stream.Documents.Select(document => new Manifest(ToJson(document.RootNode)!))];
    }

    public static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";

    public static IEnumerable<JsonNode> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonNode>() : [];

    public static IEnumerable<(string Key, JsonNode? Value)> Entries(JsonNode? map) =>
        map is JsonObject entries ? entries.Select(entry => (entry.Key, entry.Value)) : [];

    /// <summary>Whether a selector's labels are all among those of something.</summary>
    public static bool Selects(JsonNode? selector, JsonNode? labels) =>
        Entries(selector).All(label => Text(labels?[label.Key]) == Text(label.Value));

    /// <summary>A node and all that is below it.</summary>
    public static IEnumerable<JsonNode> All(JsonNode? node) => node switch
    {
        JsonObject map => [map, .. map.SelectMany(entry => All(entry.Value))],
        JsonArray list => [list, .. list.SelectMany(All)],
        { } scalar => [scalar],
        null => [],
    };

    public override string ToString() => $"{Kind}/{Name}";

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map =>
            new JsonObject(map.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, ToJson(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(ToJson)]),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };
}
