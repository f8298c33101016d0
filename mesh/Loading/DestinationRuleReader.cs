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

        NameRules.NoteExportTo(spec, key.Namespace);
        spec.Done("workloadSelector");
        return new(key, file, host, policy, subsets);
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
