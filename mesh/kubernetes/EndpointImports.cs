using System.Text.Json.Nodes;
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
            var wanted = Wanted(cluster).ToDictionary(slice => $"{slice.Service}-of-{slice.ImportedFrom}");
            foreach (var (name, there) in cluster.Slices.Where(slice => slice.Value.ImportedFrom is not null))
            {
                // Of a cluster that has told nothing yet nothing is known.
                if (IsKnown(there.ImportedFrom!) && !wanted.ContainsKey(name))
                    await cluster.Api.DeleteSliceAsync(name, cancellationToken);
            }

            foreach (var (name, slice) in wanted)
            {
                var isNew = !cluster.Slices.TryGetValue(name, out var there);
                if (isNew || !there!.SaysTheSame(slice))
                {
                    var written = Write(name, slice, cluster.Services[slice.Service].Id);
                    await cluster.Api.WriteSliceAsync(name, written, isNew, cancellationToken);
                }
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

    private IEnumerable<KnownSlice> Wanted(WorkloadMirror cluster)
    {
        foreach (var (name, service) in cluster.Services)
        {
            // The slices of one Service may differ in their ports, where pods name theirs differently; stores' do not.
            if (service.Addresses.Count == 0 || OwnOf(cluster, name).Any(slice => slice.Endpoints.Count > 0))
                continue;

            foreach (var other in workloads.Clusters.Where(other => other != cluster))
            {
                var slices = OwnOf(other, name).Where(slice => slice.Family == service.Family && slice.Endpoints.Count > 0).ToList();
                if (slices.Count > 0)
                    yield return new(
                        name, other.Api.Cluster, service.Family, slices[0].Ports,
                        [
                            .. slices.SelectMany(slice => slice.Endpoints).DistinctBy(endpoint => endpoint.Address)
                                .OrderBy(endpoint => endpoint.Address, StringComparer.Ordinal),
                        ]);
            }
        }
    }

    private static IEnumerable<KnownSlice> OwnOf(WorkloadMirror cluster, string service) =>
        cluster.Slices.Values.Where(slice => slice.Service == service && slice.ImportedFrom is null);

    // With its Service it goes.
    private static JsonObject Write(string name, KnownSlice slice, string service) => new()
    {
        ["kind"] = WorkloadMirror.EndpointSlices.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject
            {
                [KnownSlice.ServiceLabel] = slice.Service,
                [KnownSlice.ManagedByLabel] = KnownSlice.ManagedBy,
                [KnownSlice.SourceLabel] = slice.ImportedFrom,
                ["app.kubernetes.io/part-of"] = "messageboard",
            },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Service",
                ["name"] = slice.Service,
                ["uid"] = service,
            }),
        },
        ["addressType"] = slice.Family,
        ["ports"] = new JsonArray(
            [.. slice.Ports.Select(port => new JsonObject { ["name"] = port.Key, ["port"] = port.Value, ["protocol"] = "TCP" })]),
        ["endpoints"] = new JsonArray(
        [
            .. slice.Endpoints.Select(endpoint => new JsonObject
            {
                ["addresses"] = new JsonArray(endpoint.Address),
                ["conditions"] = new JsonObject { ["ready"] = true },
            }),
        ]),
    };

    [LoggerMessage(LogLevel.Warning, "{Cluster} {Reason}, so its Services are not told of the other clusters' endpoints")]
    private partial void LogNotWritten(Exception exception, string cluster, string reason);
}
