namespace MessageBoard.Mesh.Loading;

internal static class DestinationRuleReader
{
    public static DestinationRule Read(ResourceKey key, string file, YamlFields spec)
    {
        var host = spec.RequiredText("host") ?? "";
        if (host.Length > 0 && !HostRules.IsWildcardDomain(host))
            spec.Report("host", $"'{host}' is no host name; a '*' may stand alone or as its first label");

        var policy = TrafficPolicyReader.Read(spec);
        var names = new HashSet<string>();
        var subsets = spec.Objects("subsets").Select(subset => ReadSubset(subset, names)).ToArray();

        var exportTo = NameRules.ReadExportTo(spec, key.Namespace);
        var labels = ReadSelector(spec);
        if (labels is not null && exportTo.Any(ns => ns != key.Namespace))
            spec.Report("exportTo", "has to be '.' alone beside workloadSelector");

        spec.Done();
        return new(key, file, host, policy, subsets) { ExportTo = labels is null ? exportTo : [key.Namespace], WorkloadLabels = labels };
    }

    private static IReadOnlyDictionary<string, string>? ReadSelector(YamlFields spec)
    {
        if (spec.Object("workloadSelector") is not { } selector)
            return null;

        var labels = NameRules.ReadSelector(selector, "matchLabels");
        selector.Done();
        return labels;
    }

    private static Subset ReadSubset(YamlFields subset, HashSet<string> names)
    {
        var name = subset.RequiredText("name") ?? "";
        if (name.Length > 0 && NameRules.Subset(name) is { } problem)
            subset.Report("name", problem);
        else if (name.Length > 0 && !names.Add(name))
            subset.Report("name", $"'{name}' is given to two subsets");

        var read = new Subset(name, NameRules.ReadLabels(subset, "labels"), TrafficPolicyReader.Read(subset));
        subset.Done();
        return read;
    }
}
