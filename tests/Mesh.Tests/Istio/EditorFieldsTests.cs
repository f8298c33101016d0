using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Tests.Istio;

/// <summary>
/// What the page's editor completes is what Istio's own CRDs have: names, types and allowed values of fields, without their texts. With
/// <c>WRITE_FIELDS=1</c> the file is written anew.
/// </summary>
public sealed class EditorFieldsTests
{
    private static readonly string FieldsFile = Path.Combine(Repository.Root, "ui", "src", "mesh", "fields.json");
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_editor_knows_the_fields_of_all_kinds()
    {
        if (!SchemaTests.AreCrdsThere)
            return;

        var lines = SchemaTests.Specs().OrderBy(spec => spec.Kind, StringComparer.Ordinal)
            .Select(spec => $"\"{spec.Kind}\":{Fields(spec.Schema).ToJsonString(Plain)}");
        var text = $"{{\n{string.Join(",\n", lines)}\n}}\n";
        if (Environment.GetEnvironmentVariable("WRITE_FIELDS") == "1")
            File.WriteAllText(FieldsFile, text);

        Assert.Equal(text, File.ReadAllText(FieldsFile));
    }

    private static JsonObject Fields(YamlNode schema)
    {
        var type = Text(schema, "x-kubernetes-int-or-string") == "true" ? "integer or string" : Text(schema, "type");
        var node = new JsonObject { ["type"] = type };
        if (Child(schema, "properties") is YamlMappingNode properties)
            node["fields"] = new JsonObject(properties.Children.Select(
                field => KeyValuePair.Create(((YamlScalarNode)field.Key).Value!, (JsonNode?)Fields(field.Value))));

        if (Child(schema, "items") is { } items)
            node["items"] = Fields(items);

        if (Child(schema, "additionalProperties") is YamlMappingNode values)
            node["values"] = Fields(values);

        foreach (var list in new[] { "enum", "required" })
            if (Child(schema, list) is YamlSequenceNode sequence)
                node[list] = new JsonArray([.. sequence.Select(item => (JsonNode?)((YamlScalarNode)item).Value)]);

        foreach (var limit in new[] { "minimum", "maximum" })
            if (Text(schema, limit) is { } number)
                node[limit] = JsonNode.Parse(number);

        return node;
    }

    private static YamlNode? Child(YamlNode node, string name) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Text(YamlNode node, string name) => (Child(node, name) as YamlScalarNode)?.Value;
}
