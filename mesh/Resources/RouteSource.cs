namespace MessageBoard.Mesh.Resources;

/// <summary>Where a route was written that stands in a VirtualService of another name, or in none at all.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Path">The route's place in it, such as <c>spec.rules[0]</c>.</param>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Match">The place of its match there, from 0; null when it has all of them, or none.</param>
public sealed record RouteSource(ResourceKey Resource, string File, FieldPath Path, int Index, int? Match);
