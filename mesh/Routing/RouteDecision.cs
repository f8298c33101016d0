namespace MessageBoard.Mesh.Routing;

/// <summary>What becomes of a request.</summary>
/// <param name="VirtualService">The VirtualService or HTTPRoute that decided; null when the host has none.</param>
/// <param name="Route">The route that was taken; null when the host is unknown or none of its routes matches: Envoy's response flag
/// NR.</param>
/// <param name="Match">The place of its match that held, from 0; -1 when it has none.</param>
/// <param name="Draw">The random draw, from 0 to below the sum of the weights; -1 when there was nothing to draw.</param>
/// <param name="Destination">The destination that was drawn; null when the route has none.</param>
/// <param name="Upstream">Where its endpoints are; null when the service, the subset or the port is unknown.</param>
public readonly record struct RouteDecision(
    ResourceKey? VirtualService, CompiledRoute? Route, int Match, int Draw, CompiledDestination? Destination, Upstream? Upstream);
