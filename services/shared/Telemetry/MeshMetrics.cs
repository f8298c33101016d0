using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using MessageBoard.Mesh.Configuration;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Shared.Telemetry;

/// <summary>What this process knows of the mesh's configuration; nothing where Envoy alone knows it.</summary>
internal sealed class MeshMetrics : ObservedMetrics
{
    private (MeshSnapshot? Snapshot, long Hash) _last;

    /// <summary>Makes the instruments.</summary>
    public MeshMetrics(IMeterFactory meters, IServiceProvider services, TimeProvider clock) : base(meters)
    {
        if (services.GetService<IMeshStore>() is not { } mesh)
            return;

        Meter.CreateObservableGauge(
            "messageboard.mesh.configuration.hash", () => HashOf(mesh.Current),
            description: "The version of the configuration in force: the same number in all processes that have the same.");
        Meter.CreateObservableGauge(
            "messageboard.mesh.configuration.problems", () => mesh.Current.Problems.Count, "{problem}",
            "What is refused of the configuration.");
        Meter.CreateObservableGauge(
            "messageboard.mesh.cluster.stale",
            () => mesh.Clusters.Select(cluster => new Measurement<double>(
                cluster.StaleSince is { } since ? (clock.GetUtcNow() - since).TotalSeconds : 0,
                new KeyValuePair<string, object?>("mesh.cluster", cluster.Cluster))),
            "s", "For how long a cluster's API server has not answered; 0 where it does.");
    }

    // As Alertmanager's alertmanager_config_hash: 48 bits, which a float64 holds.
    private long HashOf(MeshSnapshot snapshot)
    {
        if (_last.Snapshot == snapshot)
            return _last.Hash;

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var versions = snapshot.Statuses.Select(resource => $"{resource.Key} {resource.ResourceVersion}\n");
        foreach (var line in versions.Order(StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes(line));

        _last = (snapshot, BinaryPrimitives.ReadInt64BigEndian(hash.GetHashAndReset()) >>> 16);
        return _last.Hash;
    }
}
