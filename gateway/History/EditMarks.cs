using System.Text.Json.Nodes;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Gateway.History;

/// <summary>
/// Marks edits of resources, whoever made them, and clusters whose API server went away or came back. Steps of roll-outs are marked by
/// those.
/// </summary>
public sealed class EditMarks(IMeshStore mesh, FrontedServices services, Marks marks) : IHostedService
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServiceConfiguration> _rows = [];
    private readonly HashSet<string> _fresh = [], _stale = [];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in services.Names)
            _rows[service] = RowOf(service);

        mesh.Edited += Add;
        mesh.Changed += AddStale;
        AddStale(mesh.Current);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        mesh.Edited -= Add;
        mesh.Changed -= AddStale;
        return Task.CompletedTask;
    }

    private void Add(ResourceEdit edit)
    {
        var kind = edit.Version.User is null ? MarkKind.Hand
            : Enum.TryParse<MarkKind>(edit.Version.What, ignoreCase: true, out var known) ? known
            : MarkKind.Yaml;
        lock (_gate)
        {
            var service = ServiceOf(edit.Key);
            var detail = service is null ? [] : DetailOf(kind, service);
            if (kind == MarkKind.Yaml)
                detail["what"] = edit.Version.What; // such as failover, which is several edits

            if (kind != MarkKind.Rollout)
                marks.Add(kind, detail, service, null, edit.Version.User, edit.Key, edit.Before, edit.Version.Version);
        }
    }

    // That whose default route it holds, or which has its name.
    private string? ServiceOf(ResourceKey key) =>
        services.Names.FirstOrDefault(name => mesh.Current.DefaultRouteOf(name)?.Service == key)
            ?? services.Names.FirstOrDefault(name => name == key.Name && key.Kind is "VirtualService" or "DestinationRule" or "HTTPRoute");

    // What the service's default route says now: of a shortcut's edit what it is for, of any other what is no longer the same.
    private JsonObject DetailOf(MarkKind kind, string service)
    {
        var (before, now) = (_rows[service], _rows[service] = RowOf(service));
        var isAny = kind is MarkKind.Yaml or MarkKind.Undo or MarkKind.Hand;
        var detail = new JsonObject();
        if (kind == MarkKind.Weights || (isAny && !Same(before.Weights, now.Weights)))
        {
            foreach (var (cluster, weight) in now.Weights ?? new Dictionary<string, int>())
                detail[cluster] = weight;
        }

        var (was, rules) = (before.Rules, now.Rules);
        if (kind == MarkKind.Canary || (isAny && was?.CanarySubset != rules?.CanarySubset))
            detail["subset"] = rules?.CanarySubset;

        if (kind == MarkKind.Fault || (isAny && was?.Fault != rules?.Fault))
        {
            Set("delaySeconds", rules?.Fault.Delay?.Seconds);
            Set("delayPercent", rules?.Fault.Delay?.Percentage);
            Set("abortStatus", rules?.Fault.Abort?.Status);
            Set("abortPercent", rules?.Fault.Abort?.Percentage);
        }

        if (kind == MarkKind.Resilience || (isAny && (was?.TimeoutSeconds != rules?.TimeoutSeconds || was?.Retries != rules?.Retries)))
        {
            Set("timeoutSeconds", rules?.TimeoutSeconds);
            Set("attempts", rules?.Retries?.Attempts);
            Set("perTryTimeoutSeconds", rules?.Retries?.PerTryTimeoutSeconds);
        }

        return detail;

        void Set(string name, double? value)
        {
            if (value is { } number)
                detail[name] = number;
        }
    }

    private ServiceConfiguration RowOf(string service) => ServiceConfiguration.Of(mesh.Current, service);

    private static bool Same(IReadOnlyDictionary<string, int>? one, IReadOnlyDictionary<string, int>? other) =>
        one is null || other is null ? one == other : one.Count == other.Count && !one.Except(other).Any();

    // Of one that was never heard, it is no news that it does not answer, nor that it does.
    private void AddStale(MeshSnapshot snapshot)
    {
        lock (_gate)
        {
            foreach (var cluster in mesh.Clusters)
            {
                if (cluster.StaleSince is null)
                {
                    _fresh.Add(cluster.Cluster);
                    if (_stale.Remove(cluster.Cluster))
                        marks.Add(MarkKind.Stale, new JsonObject { ["stale"] = false }, cluster: cluster.Cluster);
                }
                else if (_fresh.Remove(cluster.Cluster))
                {
                    _stale.Add(cluster.Cluster);
                    marks.Add(MarkKind.Stale, new JsonObject { ["stale"] = true, ["reason"] = cluster.Reason }, cluster: cluster.Cluster);
                }
            }
        }
    }
}
