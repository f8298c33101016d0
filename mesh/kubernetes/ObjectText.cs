using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MessageBoard.Mesh.Editing;
using MessageBoard.Mesh.Loading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.MeshKubernetes;

/// <summary>A Kubernetes object as the YAML that people edit: without what the API server writes, which an edit leaves as it is.</summary>
internal static partial class ObjectText
{
    private const string Annotations = "annotations", LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    // https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ "Populated by the system", and finalizers' and
    // owners' are nobody's business here
    private static readonly string[] ServersMetadata =
        [
            "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generation", "managedFields",
            "ownerReferences", "resourceVersion", "selfLink", "uid",
        ];

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
    /// <exception cref="YamlException">A key is no text.</exception>
    public static JsonObject Read(string yaml, JsonElement live) => Adopt((JsonObject)Convert(YamlDocuments.Read(yaml)[0])!, live);

    /// <summary>An object with what the API server has written into another state of it.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="live">Its other state.</param>
    public static JsonObject Adopt(JsonObject resource, JsonElement live)
    {
        var (adopted, before) = ((JsonObject)resource.DeepClone(), JsonObject.Create(live)!);
        Transfer(adopted, before);
        foreach (var key in (string[])["apiVersion", "kind", "status"])
            Copy(before, adopted, key);

        return adopted;
    }

    /// <summary>
    /// The text of another cluster's object after the edit of one: it says what the edited one says, and has the labels
    /// and annotations that the edit has changed; its own others stay.
    /// </summary>
    /// <param name="before">The one as it was.</param>
    /// <param name="after">The one as it is to be.</param>
    /// <param name="other">The other cluster's.</param>
    public static string WriteSame(JsonElement before, JsonObject after, JsonElement other)
    {
        var (old, same) = (JsonObject.Create(before)!, JsonObject.Create(other)!);
        Copy(after, same, "spec");
        foreach (var map in (string[])["labels", Annotations])
        {
            var (from, to) = (old["metadata"]![map] as JsonObject ?? [], after["metadata"]![map] as JsonObject ?? []);
            var changed = from.Select(entry => entry.Key)
                .Union(to.Select(entry => entry.Key))
                .Where(key => !JsonNode.DeepEquals(from[key], to[key]))
                .ToList();
            if (changed.Count == 0)
                continue;

            if (same["metadata"]![map] is not JsonObject entries)
                same["metadata"]![map] = entries = [];

            foreach (var key in changed)
                Copy(to, entries, key);
        }

        return Write(JsonSerializer.SerializeToElement(same));
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
                emitter.Emit(new SequenceStart(
                    AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
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
        AnchorName.Empty,
        TagName.Empty,
        text,
        YamlWriter.IsPlain(text) ? ScalarStyle.Plain : Lines().IsMatch(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted,
        isPlainImplicit: true,
        isQuotedImplicit: true);

    // As kubectl reads YAML (https://github.com/kubernetes-sigs/yaml).
    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create(KeyOf(entry.Key), Convert(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } => Plain(plain),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        _ when YamlWords.IsNull(text) => null,
        _ when YamlWords.Truth(text) is { } truth => truth,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && Number().IsMatch(text) =>
            whole,
        _ when Number().IsMatch(text) => JsonNode.Parse(text),
        _ when OtherNumber().IsMatch(text) => double.Parse(text, CultureInfo.InvariantCulture),
        _ => JsonValue.Create(text),
    };

    private static string KeyOf(YamlNode key) =>
        key is YamlScalarNode { Value: { } name } ? name : throw new YamlException(key.Start, key.End, "a key has to be a text");

    // What a literal block keeps letter for letter.
    [GeneratedRegex(@"\A[^\s\p{C}][^\r\u0085\u2028\u2029]*\n[^\r\u0085\u2028\u2029]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Lines();

    [GeneratedRegex(@"\A-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    // YAML's numbers that are none of JSON's: with a plus, or without a digit before or after the point.
    [GeneratedRegex(@"\A[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex OtherNumber();
}
