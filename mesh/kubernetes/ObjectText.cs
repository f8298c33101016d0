using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Loading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.MeshKubernetes;

/// <summary>A Kubernetes object as the YAML that people edit: without what the API server writes, which an edit leaves as it is.</summary>
internal static partial class ObjectText
{
    private const string Annotations = "annotations", LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    // https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ "Populated by the system", and finalizers' and owners' are nobody's business here
    private static readonly string[] ServersMetadata =
        ["creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generation", "managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid"];

    /// <summary>The YAML of an object.</summary>
    public static string Write(JsonElement resource)
    {
        var visible = JsonObject.Create(resource)!;
        visible.Remove("status");
        Transfer(visible, null);

        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue).WithIndentedSequences());
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, visible);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <summary>The object that a YAML text describes, with what the API server has written into the live one.</summary>
    /// <param name="yaml">One YAML document, a mapping with metadata.</param>
    /// <param name="live">The object as it is.</param>
    public static JsonObject Read(string yaml, JsonElement live)
    {
        var resource = (JsonObject)Convert(YamlDocuments.Read(yaml)[0])!;
        var before = JsonObject.Create(live)!;
        Transfer(resource, before);
        foreach (var key in (string[])["apiVersion", "kind", "status"])
            Copy(before, resource, key);

        return resource;
    }

    // Sets what the server has written to what it is in the other object; takes it away where there is none.
    private static void Transfer(JsonObject resource, JsonObject? other)
    {
        var (metadata, otherMetadata) = ((JsonObject)resource["metadata"]!, (JsonObject?)other?["metadata"]);
        foreach (var key in ServersMetadata)
            Copy(otherMetadata, metadata, key);

        var (annotations, otherAnnotations) = (metadata[Annotations] as JsonObject, otherMetadata?[Annotations] as JsonObject);
        if (annotations is null && otherAnnotations?.ContainsKey(LastApplied) == true)
            metadata[Annotations] = annotations = [];

        if (annotations is not null)
            Copy(otherAnnotations, annotations, LastApplied);

        if (other is null && annotations is { Count: 0 })
            metadata.Remove(Annotations);
    }

    private static void Copy(JsonObject? from, JsonObject to, string key)
    {
        if (from?[key] is { } value)
            to[key] = value.DeepClone();
        else
            to.Remove(key);
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart());
                foreach (var (key, value) in map)
                {
                    emitter.Emit(Text(key));
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list)
                    Emit(emitter, item);

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                emitter.Emit(Text(value.GetValue<string>()));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    private static Scalar Text(string text) => new(
        AnchorName.Empty, TagName.Empty, text, YamlWriter.IsPlain(text) ? ScalarStyle.Plain : text.Contains('\n') ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted, isPlainImplicit: true, isQuotedImplicit: true);

    // As kubectl reads YAML (https://github.com/kubernetes-sigs/yaml): YAML 1.1's words for true and false, JSON's numbers.
    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Convert(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } => Plain(plain),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };

    private static JsonNode? Plain(string text) => text.ToLowerInvariant() switch
    {
        "" or "~" or "null" => null,
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && Number().IsMatch(text) => whole,
        _ when Number().IsMatch(text) => JsonNode.Parse(text),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex(@"\A-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
