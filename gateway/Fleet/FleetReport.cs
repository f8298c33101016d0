using System.Text.Json.Serialization;

namespace MessageBoard.Gateway.Fleet;

/// <summary>What runs, and what was taken down on purpose: the data of a <c>fleet</c> event.</summary>
/// <param name="Drill">What was taken down.</param>
/// <param name="Pods">The fronted services' pods; null when they are not known.</param>
/// <param name="WeightsInForce">Whether anybody carries the weights and rules of VirtualServices out. False when the gateway's own pod has
/// no Istio proxy, so that Kubernetes picks the pods; null when that is not known.</param>
/// <param name="Proxyless">Whether the programs carry them out themselves on Kubernetes, without Istio and its mutual TLS.</param>
public sealed record FleetReport(FleetDrill Drill, IReadOnlyList<FleetPod>? Pods, bool? WeightsInForce, bool Proxyless)
{
    /// <summary>Whether another report says the same.</summary>
    public bool Equals(FleetReport? other) => other is not null && WeightsInForce == other.WeightsInForce && Proxyless == other.Proxyless
        && Drill.Available == other.Drill.Available && Drill.Clusters.SequenceEqual(other.Drill.Clusters)
        && (Pods is null || other.Pods is null ? Pods == other.Pods : Pods.SequenceEqual(other.Pods));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Drill.Available, Drill.Clusters.Count, Pods?.Count, WeightsInForce, Proxyless);
}

/// <summary>Clusters that can be taken down.</summary>
/// <param name="Available">Whether there is somebody who would do it; on Kubernetes there is nobody.</param>
/// <param name="Clusters">The clusters.</param>
public sealed record FleetDrill(bool Available, IReadOnlyList<FleetCluster> Clusters);

/// <summary>One cluster.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Down">Whether it is to be down.</param>
/// <param name="Since">Since when it is to be down; null when it is not.</param>
/// <param name="User">Who ordered that; null when nobody did, or nobody is known.</param>
public sealed record FleetCluster(string Cluster, bool Down, DateTimeOffset? Since, string? User);

/// <summary>One pod of a fronted service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Pod">Its name.</param>
/// <param name="Ready">Whether it takes requests.</param>
/// <param name="Condition">How it is, in the words of whoever runs it: at home those of the drill's report, on Kubernetes
/// <c>starting</c>, <c>ready</c>, <c>unready</c>, <c>restarting</c> or <c>terminating</c>.</param>
public sealed record FleetPod(string Service, string Cluster, string Pod, bool Ready, string Condition);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FleetReport))]
internal sealed partial class FleetJson : JsonSerializerContext;
