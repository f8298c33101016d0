using MessageBoard.Mesh.Editing;
using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Configuration;

/// <summary>
/// The home of the mesh's configuration: a watched folder (<see cref="MeshFolder"/>), or the API servers of the clusters. What is
/// read here, is edited here; edits are based on a version, and one that is no longer true ends in <see cref="EditResult.Conflict"/>.
/// </summary>
public interface IMeshStore
{
    /// <summary>Tells of every new configuration, and of a cluster that went stale or came back.</summary>
    event Action<MeshSnapshot>? Changed;

    /// <summary>Tells of every edit of a resource, by hand or through this, after the new configuration.</summary>
    event Action<ResourceEdit>? Edited;

    /// <summary>The configuration in force, or the last known one.</summary>
    MeshSnapshot Current { get; }

    /// <summary>The clusters it comes from, the gateway's own first; none where it is a folder.</summary>
    IReadOnlyList<ClusterStatus> Clusters { get; }

    /// <summary>A resource's text and its versions; null when there is no such resource.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ResourceText?> ReadAsync(ResourceKey key, CancellationToken cancellationToken);

    /// <summary>One of a resource's versions; null when it is not kept.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="version">The version.</param>
    VersionText? ReadVersion(ResourceKey key, string version);

    /// <summary>Replaces a resource's text. It is in force when this returns.</summary>
    /// <param name="key">The resource; the text has to be of the same.</param>
    /// <param name="yaml">The new text: one YAML document.</param>
    /// <param name="resourceVersion">The version the edit is based on; null to replace whatever is there.</param>
    /// <param name="origin">Who edits, and what for.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    Task<EditResult> ReplaceAsync(
        ResourceKey key, string yaml, string? resourceVersion, EditOrigin origin, CancellationToken cancellationToken);

    /// <summary>Goes back to what a resource said before its last edit that was not taken back yet, or to one of its versions.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="to">The version to go back to; null for the one before.</param>
    /// <param name="resourceVersion">The version that is to be taken back; null for whatever is there.</param>
    /// <param name="user">Who goes back.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    Task<EditResult> UndoAsync(
        ResourceKey key, string? to, string? resourceVersion, string user, CancellationToken cancellationToken);

    /// <summary>
    /// Edits the default route of a service in its VirtualService, and nothing else in it. It is in force when this returns.
    /// </summary>
    /// <param name="service">The service's short name.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="resourceVersion">The version the edit is based on; null to edit whatever is there.</param>
    /// <param name="user">Who edits.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    Task<EditResult> EditRouteAsync(
        string service, RouteEdit edit, string? resourceVersion, string user, CancellationToken cancellationToken);
}

/// <summary>How well a cluster's configuration is known.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="StaleSince">Since when its API server has not answered, so that all that is known of it is what it last said; null when it
/// is up to date.</param>
/// <param name="Reason">Why it is stale; null when it is not.</param>
public sealed record ClusterStatus(string Cluster, DateTimeOffset? StaleSince, string? Reason);
