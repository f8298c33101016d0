namespace MessageBoard.Mesh.Resources;

/// <summary>What tells resources apart, as in Kubernetes.</summary>
/// <param name="Kind">The kind, such as <c>VirtualService</c>.</param>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The name; empty when it has none.</param>
public sealed record ResourceKey(string Kind, string Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Name.Length == 0 ? Kind : $"{Kind} {Namespace}/{Name}";
}
