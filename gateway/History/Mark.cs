using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Gateway.History;

/// <summary>Something that happened and may be why the traffic changed: the data of a <c>mark</c> event.</summary>
/// <param name="Id">Its number since the gateway's start, from 1.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Service">The fronted service that it is about; null for none, or several.</param>
/// <param name="Cluster">The cluster that it is about; null for none, or all.</param>
/// <param name="User">Who did it; null for nobody who is known.</param>
/// <param name="Detail">What changed, flat, such as <c>{"ctx1":90,"ctx2":10}</c>; the page makes the words.</param>
/// <param name="Resource">The resource that was edited; null for none.</param>
/// <param name="Before">The resource's version before; null for none.</param>
/// <param name="Version">The resource's version from then on; null for none.</param>
public sealed record Mark(
    long Id, DateTimeOffset Time, MarkKind Kind, string? Service, string? Cluster, string? User, JsonObject Detail,
    ResourceKey? Resource, string? Before, string? Version);

/// <summary>What happened.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MarkKind>))]
public enum MarkKind
{
    /// <summary>Weights were edited.</summary>
    [JsonStringEnumMemberName("weights")]
    Weights,

    /// <summary>Faults were edited.</summary>
    [JsonStringEnumMemberName("fault")]
    Fault,

    /// <summary>The canary was edited.</summary>
    [JsonStringEnumMemberName("canary")]
    Canary,

    /// <summary>Timeout and retries were edited.</summary>
    [JsonStringEnumMemberName("resilience")]
    Resilience,

    /// <summary>A resource's text was edited through the API.</summary>
    [JsonStringEnumMemberName("yaml")]
    Yaml,

    /// <summary>An edit was taken back.</summary>
    [JsonStringEnumMemberName("undo")]
    Undo,

    /// <summary>Somebody edited a file of the folder, or used kubectl.</summary>
    [JsonStringEnumMemberName("hand")]
    Hand,

    /// <summary>A cluster was taken down or up.</summary>
    [JsonStringEnumMemberName("drill")]
    Drill,

    /// <summary>A pod, or all of a service's in a cluster, left or came back by themselves.</summary>
    [JsonStringEnumMemberName("outage")]
    Outage,

    /// <summary>A roll-out began, went on or ended.</summary>
    [JsonStringEnumMemberName("rollout")]
    Rollout,

    /// <summary>A cluster's API server went away or came back.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,
}
