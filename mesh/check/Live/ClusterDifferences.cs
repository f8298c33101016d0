using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using static MessageBoard.MeshCheck.Given.GivenDocument;

namespace MessageBoard.MeshCheck.Live;

/// <summary>Finds what clusters have otherwise, which callers in one and the other see.</summary>
internal static class ClusterDifferences
{
    // Which workloads run is each cluster's own.
    private static readonly string[] Own = ["Deployment", "StatefulSet", "DaemonSet", "WorkloadEntry"];

    /// <summary>What another cluster has otherwise than the first, in words.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<LiveCluster> clusters)
    {
        var first = clusters[0].Documents();
        foreach (var other in clusters.Skip(1))
        {
            var theirs = other.Documents();
            foreach (var key in first.Keys.Union(theirs.Keys).Where(key => !Own.Contains(key.Kind)).OrderBy(key => $"{key}"))
            {
                var (one, two) = (first.GetValueOrDefault(key), theirs.GetValueOrDefault(key));
                if (Describe(key, one, two, clusters[0].Context, other.Context) is { } found)
                    yield return found;
            }
        }
    }

    private static string? Describe(ResourceKey key, GivenDocument? ours, GivenDocument? theirs, string here, string there)
    {
        if (ours is null || theirs is null)
            return $"{key} is not in {(ours is null ? here : there)}";

        var compare = new WrittenFields(key.Namespace);
        var found = key.Kind == "Service"
            ? compare.Difference(FieldPath.Spec["ports"], Ports(ours), Ports(theirs))
            : compare.Difference(FieldPath.Spec, Map(ours.Root, "spec"), Map(theirs.Root, "spec"));
        return found is { } difference
            ? $"{key}: {difference.Path} is {difference.Wanted} in {here} and {difference.Found} in {there}"
            : null;
    }

    // Of a Service a mesh sees names and ports; its addresses are each cluster's own (IST0170).
    private static YamlList Ports(GivenDocument service)
    {
        var ports = new YamlList(service.Root.Line);
        foreach (var port in List(Map(service.Root, "spec"), "ports").OfType<YamlMap>())
        {
            var seen = new YamlMap(port.Line);
            foreach (var name in (ReadOnlySpan<string>)["name", "port", "protocol", "appProtocol"])
            {
                if (port.IndexOf(name) is >= 0 and var index)
                    seen.TryAdd(port[index].Key, port[index].Value);
            }

            ports.Items.Add(seen);
        }

        return ports;
    }
}
