using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Loading;

internal static class DestinationRuleReader
{
    public static DestinationRule Read(ResourceId id, YamlFields spec)
    {
        var host = spec.RequiredText("host") ?? "";
        var subsets = new List<Subset>();
        foreach (var subset in spec.Objects("subsets"))
        {
            var name = subset.RequiredText("name") ?? "";
            if (subsets.Any(other => other.Name == name))
                subset.Report("name", $"'{name}' is given to two subsets");

            subsets.Add(new(name, subset.TextMap("labels"), null));
            subset.Done("trafficPolicy");
        }

        spec.Done("trafficPolicy", "exportTo", "workloadSelector");
        return new(id, host, null, subsets);
    }
}
