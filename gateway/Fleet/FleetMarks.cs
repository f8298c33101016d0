using System.Text.Json.Nodes;
using MessageBoard.Gateway.Drill;
using MessageBoard.Gateway.History;

namespace MessageBoard.Gateway.Fleet;

/// <summary>
/// Marks what differs between two reports: clusters that were taken down or up, and pods that left or came back by themselves. That a
/// service of several pods has none left in a cluster is one mark. For one thread at a time.
/// </summary>
internal sealed class FleetMarks(Marks marks, ClusterDrill drill)
{
    // Pods that left by themselves and are still there, and services of which none was left.
    private readonly HashSet<(string Service, string Cluster, string Pod)> _away = [];
    private readonly HashSet<(string Service, string Cluster)> _gone = [];

    public void Add(FleetReport before, FleetReport after)
    {
        foreach (var cluster in after.Drill.Clusters)
        {
            if (before.Drill.Clusters.FirstOrDefault(known => known.Cluster == cluster.Cluster)?.Down == !cluster.Down)
                marks.Add(
                    MarkKind.Drill, new JsonObject { ["down"] = cluster.Down }, cluster: cluster.Cluster,
                    user: cluster.Down ? cluster.User : drill.TakeBroughtUpBy(cluster.Cluster));
        }

        if (before.Pods is null || after.Pods is null)
            return;

        var (were, are) = (before.Pods.ToLookup(KeyOf), after.Pods.ToLookup(KeyOf));
        foreach (var key in were.Select(pods => pods.Key).Union(are.Select(pods => pods.Key)))
        {
            if (after.Drill.Clusters.Any(cluster => cluster.Down && cluster.Cluster == key.Cluster))
                Forget(key); // it did not happen by itself
            else
                Compare(key, ReadyIn(were[key]), ReadyIn(are[key]), [.. are[key].Select(pod => pod.Pod)]);
        }
    }

    private static (string Service, string Cluster) KeyOf(FleetPod pod) => (pod.Service, pod.Cluster);

    private static HashSet<string> ReadyIn(IEnumerable<FleetPod> pods) => [.. pods.Where(pod => pod.Ready).Select(pod => pod.Pod)];

    private void Compare((string Service, string Cluster) key, HashSet<string> were, HashSet<string> are, HashSet<string> there)
    {
        List<string> left = [.. were.Except(are)], come = [.. are.Except(were)];
        var wasGone = _gone.Contains(key);
        var back = come.FindAll(pod => wasGone || _away.Contains((key.Service, key.Cluster, pod)));
        _away.RemoveWhere(away => (away.Service, away.Cluster) == key && (are.Contains(away.Pod) || !there.Contains(away.Pod)));
        _away.UnionWith(left.Where(there.Contains).Select(pod => (key.Service, key.Cluster, pod)));
        if (are.Count > 0)
            _gone.Remove(key);
        else if (left.Count > 0)
            _gone.Add(key);

        Mark(key, left, isReady: false, isOne: are.Count == 0, are.Count);
        Mark(key, back, isReady: true, isOne: wasGone, are.Count);
    }

    private void Mark((string Service, string Cluster) key, List<string> pods, bool isReady, bool isOne, int readyPods)
    {
        foreach (var pod in isOne && pods.Count > 1 ? [null] : (IEnumerable<string?>)pods)
            marks.Add(
                MarkKind.Outage, new JsonObject { ["pod"] = pod, ["ready"] = isReady, ["readyPods"] = readyPods },
                key.Service, key.Cluster);
    }

    private void Forget((string Service, string Cluster) key)
    {
        _gone.Remove(key);
        _away.RemoveWhere(away => (away.Service, away.Cluster) == key);
    }
}
