namespace MessageBoard.Mesh.Routing;

/// <summary>A rule as it is carried out.</summary>
/// <param name="Route">The rule; of a delegate with what the rule that delegates to it says.</param>
/// <param name="Index">Its place under the VirtualService's <c>spec.http</c>: of the rule that delegates, where one does.</param>
/// <param name="Owner">The VirtualService in which it is written: a delegate, where one is.</param>
/// <param name="OwnerIndex">Its place there.</param>
internal readonly record struct PlacedRoute(HttpRoute Route, int Index, VirtualService Owner, int OwnerIndex);
