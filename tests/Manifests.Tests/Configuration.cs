namespace MessageBoard.Manifests.Tests;

/// <summary>A program's own YAML in a ConfigMap, and which of its keys the program is known to have.</summary>
internal static class Configuration
{
    /// <summary>What the ConfigMap of that name has; kustomize has added a hash to the name.</summary>
    public static string TextOf(string folder, string name, string file = "config.yaml") => Text(
        Assert.Single(
            Rendering.Of(folder).Of("ConfigMap"),
            map => Regex.IsMatch(map.Name, $"^{name}-[a-z0-9]{{10}}$")).Json["data"]![file]);

    public static JsonNode Parse(string yaml) => Assert.Single(Manifest.Read(yaml)).Json;

    /// <summary>The paths of all keys, as <c>a.b.c</c>; the items of a list have that of the list.</summary>
    public static IEnumerable<string> Paths(JsonNode? node, string path = "") => node switch
    {
        JsonObject map => map.SelectMany(entry =>
        {
            var below = path == "" ? entry.Key : $"{path}.{entry.Key}";
            return Paths(entry.Value, below).Prepend(below);
        }),
        JsonArray list => list.SelectMany(item => Paths(item, path)),
        _ => [],
    };

    /// <summary>The leaves whose path is none of those that are known.</summary>
    public static IEnumerable<string> Unknown(JsonNode? node, IEnumerable<string> known)
    {
        var fields = known.ToHashSet();
        return Paths(node).Where(path => !fields.Contains(path)
            && !fields.Any(field => field.StartsWith($"{path}.", StringComparison.Ordinal))).Select(path => $"{path} is no field");
    }
}
