using MessageBoard.MeshCheck.Live;

namespace MessageBoard.MeshCheck.Output;

/// <summary>Tells people about live clusters.</summary>
internal static class LiveReport
{
    /// <summary>What a cluster has.</summary>
    public static void WriteHeading(LiveCluster cluster, TextWriter output) => output.Wrapped(
        $"{cluster.Context}: ", string.Join(", ", cluster.Documents().Keys.CountBy(key => key.Kind)
            .OrderBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => $"{count.Value} {count.Key}")
            .DefaultIfEmpty("nothing about traffic")));

    /// <summary>Lines under a heading; nothing where there are none.</summary>
    public static void WriteList(string heading, IReadOnlyList<string> lines, TextWriter output)
    {
        if (lines.Count > 0)
            output.Line($"  {heading}");

        foreach (var line in lines)
            output.Wrapped("    ", line);
    }

    /// <summary>The requests that would go another way.</summary>
    public static void WriteChanges(IReadOnlyList<ChangedRoute> changes, TextWriter output)
    {
        foreach (var (isOwn, heading) in ((bool, string)[])[(false, "breaks routes of others:"), (true, "changes its own routes:")])
        {
            var some = changes.Where(change => change.IsOwn == isOwn).ToArray();
            if (some.Length > 0)
                output.Line($"  {heading}");

            foreach (var change in some)
            {
                output.Wrapped("    ", change.Request);
                foreach (var difference in change.Differences)
                {
                    output.Wrapped($"      {difference.Name,-8} now  ", difference.Before.Length == 0 ? "none" : difference.Before);
                    output.Wrapped("               then ", difference.After.Length == 0 ? "none" : difference.After);
                }
            }
        }
    }
}
