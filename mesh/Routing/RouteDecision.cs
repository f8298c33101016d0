using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Routing;

/// <summary>Where a request goes, or why it goes nowhere.</summary>
/// <param name="Outcome">Whether there is an endpoint.</param>
/// <param name="VirtualService">The VirtualService that decided; null when the host has none.</param>
/// <param name="Route">The index of its route; -1 without.</param>
/// <param name="Subset">The chosen destination's subset; null when it is the whole service.</param>
/// <param name="Endpoint">Where the request goes; null unless <see cref="RouteOutcome.Routed"/>.</param>
public readonly record struct RouteDecision(RouteOutcome Outcome, ResourceId? VirtualService, int Route, string? Subset, Endpoint? Endpoint);

/// <summary>How a decision ended.</summary>
public enum RouteOutcome
{
    /// <summary>There is an endpoint.</summary>
    Routed,

    /// <summary>The host is unknown, or none of its routes matches: Envoy's response flag NR.</summary>
    NoRoute,

    /// <summary>The destination has no workload: Envoy's response flag UH.</summary>
    NoHealthyUpstream,
}
