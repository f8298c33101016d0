using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Loading;

internal static class DestinationRuleReader
{
    public static DestinationRule Read(ResourceId id, YamlFields spec)
    {
        var host = spec.RequiredText("host") ?? "";
        var subsets = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        foreach (var subset in spec.Objects("subsets"))
        {
            var name = subset.RequiredText("name") ?? "";
            if (!subsets.TryAdd(name, subset.TextMap("labels")))
                subset.Report("name", $"'{name}' is given to two subsets");

            subset.Done("trafficPolicy");
        }

        spec.Done("trafficPolicy", "exportTo", "workloadSelector");
        return new(id, host, subsets);
    }
}
