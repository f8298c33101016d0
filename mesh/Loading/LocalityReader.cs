namespace MessageBoard.Mesh.Loading;

internal static class LocalityReader
{
    private static readonly string[] Topology = [TopologyLabels.Region, TopologyLabels.Zone, TopologyLabels.Subzone];

    private const string WithoutOutliers = "without an outlierDetection, in this policy or in that of the rule";

    public static LocalityLoadBalancing? Read(YamlFields balancer, bool hasOutlierDetection)
    {
        if (balancer.Object("localityLbSetting") is not { } locality)
            return null;

        var distribute = locality.Objects("distribute").Select(ReadDistribution).ToArray();
        var failover = locality.Objects("failover").Select(ReadFailover).ToArray();
        var priority = locality.Texts("failoverPriority");

        if (distribute.Length > 0 && failover.Length > 0)
            locality.Report(null, "has to have one of distribute and failover");
        else if (failover.Length > 0 && priority.FirstOrDefault(Topology.Contains) is { } label)
            locality.Report("failoverPriority", $"cannot have {label} beside failover");

        if (LocalitiesProblem(distribute.Select(distribution => distribution.From)) is { } problem)
            locality.Report("distribute", $"from: {problem}");

        var read = new LocalityLoadBalancing(locality.OptionalFlag("enabled") ?? true, distribute, failover, priority);
        if (!read.Enabled)
            Note(locality, "with enabled: false", "distribute", "failover", "failoverPriority");
        else if (distribute.Length > 0)
            Note(locality, "beside distribute", "failoverPriority");
        else if (!hasOutlierDetection)
            Note(locality, WithoutOutliers, "failover", "failoverPriority");

        locality.Done();
        return read;
    }

    /// <summary>Reads <c>zoneAwareLbSetting</c> (Istio's pkg/config/validation/agent, ValidateZoneAwareLbSetting).</summary>
    public static ZoneAwareLoadBalancing? ReadZoneAware(YamlFields balancer, bool hasOutlierDetection)
    {
        if (balancer.Object("zoneAwareLbSetting") is not { } zoneAware)
            return null;

        if (balancer.Has("localityLbSetting"))
            balancer.Report(null, "has to have one of localityLbSetting and zoneAwareLbSetting");

        var failover = zoneAware.Objects("failover").Select(ReadFailover).ToArray();
        var priority = zoneAware.Texts(
            "failoverPriority", label => Topology.Contains(label) ? $"'{label}' is looked at anyway, and cannot be given" : null);
        var read = new ZoneAwareLoadBalancing(zoneAware.OptionalFlag("enabled") ?? true, failover, priority);
        zoneAware.Whole("minClusterSize", 1, int.MaxValue);
        zoneAware.Note(
            "minClusterSize", "has no effect, in Istio neither unless its proxies discover themselves (ISTIO_META_ENABLE_SELF_DISCOVERY)");
        if (!read.Enabled)
            Note(zoneAware, "with enabled: false", "failover", "failoverPriority");
        else if (!hasOutlierDetection)
            Note(zoneAware, WithoutOutliers, "failover");

        zoneAware.Done();
        return read;
    }

    private static void Note(YamlFields fields, string why, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            fields.Note(name, $"has no effect {why}");
    }

    private static LocalityDistribution ReadDistribution(YamlFields distribution)
    {
        var from = distribution.Text("from") ?? "";
        var to = distribution.Entries("to", (shares, locality) => shares.Whole(locality, 1, 100) ?? 0);
        var sum = to.Sum(share => share.Value);
        if (sum != 100)
            distribution.Report("to", $"has shares that add up to {sum}; it has to be 100");
        else if (LocalitiesProblem(to.Select(share => share.Key)) is { } problem)
            distribution.Report("to", problem);

        distribution.Done();
        return new(from, to);
    }

    private static LocalityFailover ReadFailover(YamlFields failover)
    {
        var read = new LocalityFailover(failover.Text("from") ?? "", failover.Text("to") ?? "");
        if (read.From == read.To)
            failover.Report("to", "has to be another region than from");

        foreach (var (name, region) in (ReadOnlySpan<(string, string)>)[("from", read.From), ("to", read.To)])
        {
            if (region.Contains('/') || region.Contains('*'))
                failover.Report(name, $"'{region}' has to be a region, without '/' and '*'");
        }

        failover.Done();
        return read;
    }

    // Each is region, region/zone or region/zone/sub-zone, and none may lie within another one.
    private static string? LocalitiesProblem(IEnumerable<string> localities)
    {
        var (earlier, aboveEarlier) = (new HashSet<string>(), new HashSet<string>());
        foreach (var locality in localities)
        {
            if (locality.IndexOf('*') is >= 0 and var star && star != locality.Length - 1)
                return $"'{locality}' may have one '*', at its end";

            if (locality.Split('/', 3).Contains(""))
                return $"'{locality}' must not have an empty part";

            if (earlier.Contains("*") || aboveEarlier.Contains(locality) || !earlier.Add(locality)
                || Above(locality).Any(above => earlier.Contains(above) || (locality != $"{above}/*" && earlier.Contains($"{above}/*"))))
                return $"'{locality}' overlaps with an earlier one";

            aboveEarlier.UnionWith(Above(locality));
        }

        return null;
    }

    // The region of a zone, the region and the zone of a sub-zone.
    private static IEnumerable<string> Above(string locality)
    {
        for (var slash = locality.IndexOf('/'); slash >= 0; slash = locality.IndexOf('/', slash + 1))
            yield return locality[..slash];
    }
}
