using MessageBoard.Mesh;
using MessageBoard.Mesh.Configuration;

namespace MessageBoard.MeshKubernetes;

/// <summary>
/// The Services of all clusters and the pods behind them, as istiod tells its proxies: a Service has the endpoints of every cluster, and
/// each has its pod's labels, those of <see cref="TopologyLabels"/>, and the place of its node.
/// </summary>
internal sealed class KubernetesWorkloads
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    private readonly IReadOnlyList<WorkloadMirror> _clusters;

    /// <param name="clusters">The clusters, the caller's own first.</param>
    /// <param name="clock">Tells since when one is stale.</param>
    /// <param name="changed">Is told of every change.</param>
    /// <param name="isCaller">Whether anybody is called.</param>
    public KubernetesWorkloads(IReadOnlyList<ClusterApi> clusters, TimeProvider clock, Action changed, bool isCaller)
    {
        IsCaller = isCaller;
        _clusters = [.. (isCaller ? clusters : clusters.Take(1)).Select(cluster => new WorkloadMirror(
            cluster,
            clock,
            () =>
            {
                Changed.Set();
                changed();
            },
            isCaller ? WorkloadMirror.All : WorkloadMirror.PodsAlone))];
    }

    /// <summary>Whether anybody is called.</summary>
    public bool IsCaller { get; }

    /// <summary>The clusters, the caller's own first.</summary>
    public IReadOnlyList<WorkloadMirror> Clusters => _clusters;

    /// <summary>Is set when anything of it has changed.</summary>
    public ChangeSignal Changed { get; } = new();

    /// <summary>The caller with its pod's labels, at the place of its node, as far as these are known.</summary>
    public MeshProxy Place(MeshProxy proxy)
    {
        var home = _clusters[0];
        return proxy with
        {
            Cluster = home.Api.Cluster,
            Labels = home.Pods.GetValueOrDefault(proxy.Pod, proxy.Labels),
            Locality = LocalityOf(home, proxy.Node, null),
        };
    }

    /// <summary>The Services, of those that several clusters have the nearest one's ports.</summary>
    public IEnumerable<ServiceEntry> Services()
    {
        var names = _clusters.SelectMany(cluster => cluster.Services.Keys).Distinct().Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var first = _clusters.First(cluster => cluster.Services.ContainsKey(name));
            var service = first.Services[name];
            var ns = first.Api.Namespace;
            yield return new(
                new("Service", ns, name), $"{first.Api.Cluster}/services/{name}", [$"{name}.{ns}.svc.cluster.local"], service.Ports,
                new Dictionary<string, string>())
            {
                Addresses = service.Addresses,
                Endpoints = [.. _clusters.SelectMany(cluster => EndpointsOf(cluster, name, service.Family))],
            };
        }
    }

    // Of a pod that has not been told of yet nobody knows the labels, by which subsets choose: its own event brings it.
    private static IEnumerable<WorkloadEntry> EndpointsOf(WorkloadMirror cluster, string service, string family)
    {
        var seen = new HashSet<string>();
        foreach (var slice in cluster.Slices.Values.Where(slice =>
            slice.Service == service && slice.Family == family && slice.ImportedFrom is null))
        {
            foreach (var endpoint in slice.Endpoints)
            {
                var labels = endpoint.Pod is null ? NoLabels : cluster.Pods.GetValueOrDefault(endpoint.Pod);
                if (labels is null || !seen.Add(endpoint.Address))
                    continue;

                var locality = LocalityOf(cluster, endpoint.Node, endpoint.Zone);
                var name = endpoint.Pod ?? endpoint.Address;
                yield return new(
                    new("Pod", cluster.Api.Namespace, name), $"{cluster.Api.Cluster}/pods/{name}", endpoint.Address, slice.Ports,
                    TopologyLabels.Add(labels, Locality.Parse(locality), cluster.Api.Cluster, network: null), locality);
            }
        }
    }

    // As region/zone/sub-zone (https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesioregion, and Istio's own
    // label for the last).
    private static string LocalityOf(WorkloadMirror cluster, string? node, string? zone)
    {
        var labels = node is null ? NoLabels : cluster.Nodes.GetValueOrDefault(node, NoLabels);
        var (region, subzone) = (labels.GetValueOrDefault(TopologyLabels.Region), labels.GetValueOrDefault(TopologyLabels.Subzone));
        return $"{region}/{labels.GetValueOrDefault(TopologyLabels.Zone) ?? zone}/{subzone}".TrimEnd('/');
    }
}
