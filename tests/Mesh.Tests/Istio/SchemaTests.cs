using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Tests.Istio;

/// <summary>
/// The files under istio/ against the schemas of Istio's own CRDs, where these lie beside the repository. The CRDs' rules in CEL
/// (x-kubernetes-validations) are left out.
/// </summary>
public sealed class SchemaTests
{
    private static readonly string Crds = Path.Combine(Repository.Root, "..", "shared", "kube-api", "istio-crds.yaml");
    private static readonly string GatewayCrds = Path.Combine(Repository.Root, "..", "shared", "kube-api", "gateway-api-crds.yaml");

    /// <summary>Whether Istio's CRDs are there; a build server has to have them.</summary>
    internal static bool AreCrdsThere => File.Exists(Crds)
        || (Environment.GetEnvironmentVariable("CI") == "true" ? throw new FileNotFoundException("Istio's CRDs are missing", Crds) : false);

    [Fact]
    public void Every_Istio_file_fits_the_schema_of_its_kind()
    {
        if (!AreCrdsThere)
            return;

        var schemas = ReadSchemas();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "istio"), "*.yaml", SearchOption.AllDirectories))
            Assert.Equal([], Documents(File.ReadAllText(file)).Where(IsForTheServer).SelectMany(document => Check(
                document,
                schemas)).Select(error => $"{file}: {error}"));
    }

    [Theory]
    [InlineData("hosts:", "hots:", "spec.hots is unknown")]
    [InlineData("weight: 70", "weight: many", "spec.http[0].route[0].weight is no integer")]
    [InlineData("subset: ctx1", "subset: [ctx1]", "spec.http[0].route[0].destination.subset is no string")]
    [InlineData("host: user-service", "hosst: user-service", "spec.http[0].route[0].destination.host is missing")]
    public void A_wrong_field_is_caught(string right, string wrong, string error)
    {
        if (!AreCrdsThere)
            return;

        var text = File.ReadAllText(Path.Combine(Repository.Root, "istio", "user-service.yaml"))
            .Replace(right, wrong, StringComparison.Ordinal);

        Assert.Contains(error, Documents(text).SelectMany(document => Check(document, ReadSchemas())));
    }

    /// <summary>The schema of a kind's <c>spec</c>.</summary>
    internal static YamlNode Spec(string kind) =>
        ReadSchemas()[(kind == "HTTPRoute" ? "gateway.networking.k8s.io/v1" : "networking.istio.io/v1", kind)]["properties"]["spec"];

    /// <summary>The schemas of the <c>spec</c>s of all Istio's kinds, and HTTPRoute's.</summary>
    internal static IEnumerable<(string Kind, YamlNode Schema)> Specs() =>
        from schema in ReadSchemas()
        where schema.Key.Item1.Contains(".istio.io/", StringComparison.Ordinal) || schema.Key.Item2 == "HTTPRoute"
        group schema by schema.Key.Item2 into versions
        let newest = versions.FirstOrDefault(version => version.Key.Item1.EndsWith("/v1", StringComparison.Ordinal))
        select (versions.Key, (newest.Value ?? versions.First().Value)["properties"]["spec"]);

    // What istioctl install reads has no CRD, and Kubernetes' own kinds have none.
    private static bool IsForTheServer(YamlNode document) =>
        Text(Child(document, "kind")) != "IstioOperator" && Text(Child(document, "apiVersion")) != "v1";

    private static Dictionary<(string, string), YamlNode> ReadSchemas() =>
        (from crd in Documents(File.ReadAllText(Crds)).Concat(Documents(File.ReadAllText(GatewayCrds)))
         from version in Items(Child(Child(crd, "spec"), "versions"))
         let spec = Child(crd, "spec")
         let key = ($"{Text(Child(spec, "group"))}/{Text(Child(version, "name"))}", Text(Child(Child(spec, "names"), "kind"))!)
         select (key, Child(Child(version, "schema"), "openAPIV3Schema")!)).ToDictionary();

    private static IEnumerable<string> Check(YamlNode document, Dictionary<(string, string), YamlNode> schemas)
    {
        var key = (Text(Child(document, "apiVersion"))!, Text(Child(document, "kind"))!);
        if (!schemas.TryGetValue(key, out var schema))
            return [$"{key} is no kind of Istio's"];

        return Check(Child(document, "spec")!, Child(Child(schema, "properties"), "spec")!, "spec");
    }

    private static IEnumerable<string> Check(YamlNode value, YamlNode schema, string path)
    {
        var type = Text(Child(schema, "x-kubernetes-int-or-string")) == "true" ? null : Text(Child(schema, "type"));
        if (!HasType(value, type))
            return [$"{path} is no {type}"];

        return value switch
        {
            YamlMappingNode mapping => CheckObject(mapping, schema, path),
            YamlSequenceNode sequence => CheckArray(sequence, schema, path),
            _ => CheckScalar(Text(value) ?? "", schema, path),
        };
    }

    private static IEnumerable<string> CheckObject(YamlMappingNode value, YamlNode schema, string path)
    {
        foreach (var required in Items(Child(schema, "required")).Select(Text).Where(required => Child(value, required!) is null))
            yield return $"{path}.{required} is missing";

        foreach (var (key, child) in value.Children)
        {
            var name = Text(key)!;
            if ((Child(Child(schema, "properties"), name) ?? Child(schema, "additionalProperties")) is { } childSchema)
            {
                foreach (var error in Check(child, childSchema, $"{path}.{name}"))
                    yield return error;
            }
            else if (Text(Child(schema, "x-kubernetes-preserve-unknown-fields")) != "true")
            {
                yield return $"{path}.{name} is unknown";
            }
        }
    }

    private static IEnumerable<string> CheckArray(YamlSequenceNode value, YamlNode schema, string path)
    {
        if (Number(schema, "minItems") is { } min && value.Children.Count < min)
            yield return $"{path} has fewer than {min} items";

        foreach (var error in value.Children.SelectMany((item, index) => Check(item, Child(schema, "items")!, $"{path}[{index}]")))
            yield return error;
    }

    private static IEnumerable<string> CheckScalar(string value, YamlNode schema, string path)
    {
        if (Items(Child(schema, "enum")).Select(Text).ToList() is { Count: > 0 } allowed && !allowed.Contains(value))
            yield return $"{path} is none of {string.Join(", ", allowed)}";

        if (Text(Child(schema, "pattern")) is { } pattern && !Regex.IsMatch(value, pattern))
            yield return $"{path} does not match {pattern}";

        if (Number(schema, "minimum") is { } min && double.Parse(value, CultureInfo.InvariantCulture) < min)
            yield return $"{path} is less than {min}";

        if (Number(schema, "maximum") is { } max && double.Parse(value, CultureInfo.InvariantCulture) > max)
            yield return $"{path} is more than {max}";
    }

    private static bool HasType(YamlNode value, string? type) => type switch
    {
        null => true,
        "object" => value is YamlMappingNode,
        "array" => value is YamlSequenceNode,
        "integer" => long.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "number" => double.TryParse(Text(value), CultureInfo.InvariantCulture, out _),
        "boolean" => Text(value) is "true" or "false",
        _ => value is YamlScalarNode,
    };

    private static double? Number(YamlNode schema, string name) =>
        Text(Child(schema, name)) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    private static IEnumerable<YamlNode> Documents(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(document => document.RootNode);
    }

    private static IEnumerable<YamlNode> Items(YamlNode? node) => (node as YamlSequenceNode)?.Children ?? Enumerable.Empty<YamlNode>();

    private static YamlNode? Child(YamlNode? node, string name) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Text(YamlNode? node) => (node as YamlScalarNode)?.Value;
}
