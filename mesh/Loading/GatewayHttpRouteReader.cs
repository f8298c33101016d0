using MessageBoard.Mesh.GatewayApi;

namespace MessageBoard.Mesh.Loading;

/// <summary>Reads an HTTPRoute as its CRD's standard channel has it.</summary>
internal static class GatewayHttpRouteReader
{
    private const int MaxHostnames = 16, MaxRules = 16, MaxMatches = 128;

    public static GatewayHttpRoute Read(ResourceKey key, string file, YamlFields spec)
    {
        var parents = GatewayParentReader.Read(spec, key.Namespace);
        var hostnames = spec.Texts("hostnames", GatewayFields.Hostname);
        if (hostnames.Count > MaxHostnames)
            spec.Report("hostnames", $"has {hostnames.Count} items; at most {MaxHostnames} are allowed");

        if (!parents.Any(parent => parent.Kind == ParentKind.Gateway))
            spec.Note("hostnames", "has no effect for a Service, which is called by its own names");

        HttpRoute[] rules = [.. spec.Objects("rules", MaxRules).Select(rule => GatewayRuleReader.Read(rule, key.Namespace))];
        if (spec.Has("rules") && spec.IsEmptyList("rules"))
            spec.Report("rules", "has to have at least one rule");

        if (rules.Sum(rule => rule.Matches.Count) is > MaxMatches and var count)
            spec.Report("rules", $"has {count} matches together; at most {MaxMatches} are allowed");

        spec.Done("useDefaultGateways");
        return new(key, file, parents, hostnames, rules.Length > 0 ? rules : [GatewayRuleReader.Default]);
    }
}
