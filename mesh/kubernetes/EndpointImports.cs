using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.MeshKubernetes;

/// <summary>
/// Gives a Service that has no endpoints in its cluster those of the other clusters, by EndpointSlices that kube-proxy obeys: so stores,
/// each of which runs in one cluster, are reached from all of them where there is no Istio. What Kubernetes itself would call a
/// ServiceImport (https://multicluster.sigs.k8s.io/concepts/multicluster-services-api/).
/// </summary>
internal sealed partial class EndpointImports(KubernetesWorkloads workloads, ILogger<EndpointImports> logger) : BackgroundService
{
    /// <summary>The label that names an EndpointSlice's Service.</summary>
    public const string ServiceLabel = "kubernetes.io/service-name";

    /// <summary>The label that names who writes an EndpointSlice: its other writers leave it alone.</summary>
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    /// <summary>Who writes those here.</summary>
    public const string ManagedBy = "messageboard";

    /// <summary>The label that names the cluster an EndpointSlice comes from.</summary>
    public const string SourceLabel = "multicluster.kubernetes.io/source-cluster";

    // Many changes come at once; and what could not be written is tried again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200), Retry = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _failing = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var cluster in workloads.Clusters.Where(cluster => cluster.Listed.IsCompleted))
                await BringAsync(cluster, stoppingToken);

            await ((Task)workloads.Changed.WaitAsync(Retry, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BringAsync(WorkloadMirror cluster, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = Wanted(cluster).ToDictionary(slice => slice.Metadata.Name);
            foreach (var (name, there) in cluster.Slices.Where(slice => slice.Value.ImportedFrom is not null))
            {
                // Of a cluster that has told nothing yet nothing is known.
                if (IsKnown(there.ImportedFrom!) && !wanted.ContainsKey(name))
                    await cluster.Api.DeleteSliceAsync(name, cancellationToken);
            }

            foreach (var (name, slice) in wanted)
            {
                var isNew = !cluster.Slices.TryGetValue(name, out var there);
                if (isNew || !there!.SaysTheSame(KnownSlice.Read(slice)))
                    await cluster.Api.WriteSliceAsync(slice, isNew, cancellationToken);
            }

            _failing.Remove(cluster.Api.Cluster);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (_failing.Add(cluster.Api.Cluster))
                LogNotWritten(exception, cluster.Api.Cluster, ClusterProblem.Describe(exception));
        }
    }

    private bool IsKnown(string cluster) =>
        workloads.Clusters.FirstOrDefault(known => known.Api.Cluster == cluster)?.Listed.IsCompleted is not false;

    private IEnumerable<V1EndpointSlice> Wanted(WorkloadMirror cluster)
    {
        foreach (var (name, service) in cluster.Services)
        {
            if (service.Addresses.Count == 0 || OwnOf(cluster, name).Any(slice => slice.Endpoints.Count > 0))
                continue;

            foreach (var other in workloads.Clusters.Where(other => other != cluster))
            {
                var slices = OwnOf(other, name).Where(slice => slice.Family == service.Family && slice.Endpoints.Count > 0).ToList();
                if (slices.Count > 0)
                    yield return Slice(name, other.Api.Cluster, service, slices);
            }
        }
    }

    private static IEnumerable<KnownSlice> OwnOf(WorkloadMirror cluster, string service) =>
        cluster.Slices.Values.Where(slice => slice.Service == service && slice.ImportedFrom is null);

    // The slices of one Service may differ in their ports, where pods name theirs differently; stores' do not.
    private static V1EndpointSlice Slice(string service, string from, KnownService known, List<KnownSlice> slices) => new()
    {
        Kind = WorkloadMirror.EndpointSlices.Kind,
        Metadata = new()
        {
            Name = $"{service}-of-{from}",
            Labels = new Dictionary<string, string>
            {
                [ServiceLabel] = service,
                [ManagedByLabel] = ManagedBy,
                [SourceLabel] = from,
                ["app.kubernetes.io/part-of"] = "messageboard",
            },
        },
        AddressType = known.Family,
        Ports = [.. slices[0].Ports.Select(port => new Discoveryv1EndpointPort { Name = port.Key, Port = port.Value, Protocol = "TCP" })],
        Endpoints =
        [
            .. slices.SelectMany(slice => slice.Endpoints).Select(endpoint => endpoint.Address).Distinct().Order(StringComparer.Ordinal)
                .Select(address => new V1Endpoint { Addresses = [address], Conditions = new() { Ready = true } }),
        ],
    };

    [LoggerMessage(LogLevel.Warning, "{Cluster} {Reason}, so its Services are not told of the other clusters' endpoints")]
    private partial void LogNotWritten(Exception exception, string cluster, string reason);
}
