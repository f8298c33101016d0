namespace MessageBoard.Mesh.Resources;

/// <summary>What became of one resource of the configuration.</summary>
/// <param name="ApiVersion">Its group and version, such as <c>networking.istio.io/v1</c>; empty when it could not be read.</param>
/// <param name="Kind">Its kind; empty when it could not be read.</param>
/// <param name="Namespace">Its namespace; null when its kind could not be read.</param>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="File">The file, relative to the watched folder.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="State">Whether it is valid.</param>
/// <param name="Problems">Why it is refused.</param>
/// <param name="NotCarriedOut">Fields that are accepted, and that the local mesh does not carry out.</param>
public sealed record ResourceStatus(
    string ApiVersion, string Kind, string? Namespace, string? Name, string File, int Line, ResourceState State,
    IReadOnlyList<MeshProblem> Problems, IReadOnlyList<MeshProblem> NotCarriedOut)
{
    /// <summary>
    /// What is wrong without keeping it from being carried out: an older resource has what it asks for, something it names is not there, a
    /// rule of it is never reached. An HTTPRoute also tells here which VirtualServices it goes before.
    /// </summary>
    public IReadOnlyList<MeshProblem> Warnings { get; init; } = [];

    /// <summary>How much of it is in force; null for what the local mesh never carries out.</summary>
    public InForce? InForce { get; init; }

    /// <summary>
    /// Its <c>metadata.creationTimestamp</c>, or else its first sight in a folder; null when nobody knows. Of rivals the older is in force.
    /// </summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Its identity; null when it could not be read.</summary>
    public ResourceKey? Key => Kind.Length > 0 && Name is not null ? new(Kind, Namespace ?? HostNames.DefaultNamespace, Name) : null;
}

/// <summary>Whether a resource is valid.</summary>
public enum ResourceState
{
    /// <summary>It is valid, by itself. Whether it is in force hangs on others, too: <see cref="ResourceStatus.InForce"/>.</summary>
    Accepted,

    /// <summary>It is not in force; what it said before still is.</summary>
    Refused,

    /// <summary>It is another system's.</summary>
    PassedOver,
}
