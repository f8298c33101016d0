namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Which DestinationRule holds for a service: those of one host and namespace are merged (mergeDestinationRule in
/// pilot/pkg/model/destination_rule.go), and the caller's namespace comes before the service's and the root one (destinationRule in
/// pilot/pkg/model/push_context.go).
/// </summary>
internal sealed class DestinationRules
{
    private readonly MeshProxy _proxy;
    private readonly Dictionary<string, HostIndex<List<Merged>>> _local = [], _exported = [];
    private readonly Force _force;
    private readonly ICollection<MeshProblem> _problems;

    /// <param name="rules">The rules, the oldest first.</param>
    /// <param name="proxy">Who calls.</param>
    /// <param name="force">Is told what is lost of them.</param>
    /// <param name="problems">Is told why.</param>
    public DestinationRules(IEnumerable<DestinationRule> rules, MeshProxy proxy, Force force, ICollection<MeshProblem> problems)
    {
        (_proxy, _force, _problems) = (proxy, force, problems);
        foreach (var rule in rules.OrderBy(rule => rule.WorkloadLabels is null))
        {
            var ns = rule.Key.Namespace;
            var isPrivate = rule.WorkloadLabels is not null || rule.ExportTo is [var only] && only == ns;
            if (rule.ExportTo.IsVisibleIn(ns) || isPrivate)
                Merge(_local, rule, isTold: true);

            if (!isPrivate)
                Merge(_exported, rule, isTold: !rule.ExportTo.IsVisibleIn(ns));
            else if (ns == HostNames.RootNamespace && proxy.Namespace == ns)
                Merge(_exported, rule, isTold: false);
        }
    }

    /// <summary>The rule of a service; null for none.</summary>
    /// <param name="host">The service's full name.</param>
    /// <param name="ns">Its namespace.</param>
    public DestinationRule? Of(string host, string ns)
    {
        var found = Find(_local, _proxy.Namespace, host)
            ?? Exported(ns, host)
            ?? Exported(HostNames.RootNamespace, host)
            ?? [];
        DestinationRule? forAll = null;
        foreach (var merged in found)
        {
            if (merged.Rule.WorkloadLabels is not { } labels)
                forAll = merged.Rule;
            else if (merged.Rule.Key.Namespace == _proxy.Namespace
                && labels.All(label => _proxy.Labels.GetValueOrDefault(label.Key) == label.Value))
                return merged.Rule;
        }

        return forAll;
    }

    private List<Merged>? Exported(string ns, string host) =>
        Find(_exported, ns, host)?.FindAll(merged => merged.Rule.ExportTo.IsVisibleIn(_proxy.Namespace)) is { Count: > 0 } visible
            ? visible
            : null;

    private static List<Merged>? Find(Dictionary<string, HostIndex<List<Merged>>> all, string ns, string host) =>
        all.GetValueOrDefault(ns)?.MostSpecific(host);

    private void Merge(Dictionary<string, HostIndex<List<Merged>>> all, DestinationRule rule, bool isTold)
    {
        if (!all.TryGetValue(rule.Key.Namespace, out var hosts))
            all.Add(rule.Key.Namespace, hosts = new());

        var host = HostNames.FullName(rule.Host, rule.Key.Namespace);
        if (!hosts.TryGet(host, out var known))
            hosts.TryAdd(host, known = []);

        var standsAlone = true;
        foreach (var one in known)
        {
            var (theirs, ours) = (one.Rule.WorkloadLabels, rule.WorkloadLabels);
            if (theirs is null != ours is null || (theirs is not null && !AreSame(theirs, ours!)))
                continue;

            // As with Istio's EnableEnhancedDestinationRuleMerge, its default: only who sees the new one anyway gets it with the old one.
            if (!one.ExportTo.SetEquals(rule.ExportTo) && (one.ExportTo.Count == 0 || !one.ExportTo.IsSubsetOf(rule.ExportTo)))
                continue;

            standsAlone = false;
            one.Rule = Join(one.Rule, rule, isTold);
        }

        if (standsAlone)
            known.Add(new(rule));
    }

    // Subsets are added, and a policy where there is none: what the older one has, stays.
    private DestinationRule Join(DestinationRule older, DestinationRule rule, bool isTold)
    {
        var names = older.Subsets.Select(subset => subset.Name).ToHashSet();
        foreach (var subset in rule.Subsets.Where(subset => isTold && names.Contains(subset.Name)))
            Lose("subsets", $"subset '{subset.Name}' is in {older.Key} already, which is older");

        if (isTold && older.TrafficPolicy is not null && rule.TrafficPolicy is not null)
            Lose("trafficPolicy", $"{older.Key} has one already, and is older");

        return older with
        {
            Subsets = [.. older.Subsets, .. rule.Subsets.Where(subset => !names.Contains(subset.Name))],
            TrafficPolicy = older.TrafficPolicy ?? rule.TrafficPolicy,
        };

        void Lose(string field, string why)
        {
            _force.Lose(rule.Key, rule.Subsets.Count + (rule.TrafficPolicy is null ? 0 : 1));
            var path = FieldPath.Spec[field];
            _problems.Add(new(rule.File, null, rule.Key, path, $"{path} of host '{rule.Host}': {why}"));
        }
    }

    private static bool AreSame(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(label => other.TryGetValue(label.Key, out var value) && value == label.Value);

    private sealed class Merged(DestinationRule rule)
    {
        public HashSet<string> ExportTo { get; } = [.. rule.ExportTo];

        public DestinationRule Rule { get; set; } = rule;
    }
}
