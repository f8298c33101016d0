namespace MessageBoard.Mesh.Explain;

/// <summary>Why one request went where it went.</summary>
public sealed record MeshExplanation
{
    /// <summary>The header by which a caller asks a gateway for it, and in which that gives it.</summary>
    public const string Header = "x-mesh-explain";

    /// <summary>The host that the caller addressed.</summary>
    public required string Host { get; init; }

    /// <summary>The VirtualService that decided, as <c>namespace/name</c>; null when the host has none.</summary>
    public string? VirtualService { get; init; }

    /// <summary>The HTTPRoute that decided in a VirtualService's place, as <c>namespace/name</c>; null when there is none.</summary>
    public string? HttpRoute { get; init; }

    /// <summary>The route that was taken; null when none matched.</summary>
    public ExplainedRoute? Route { get; init; }

    /// <summary>The random draw, from 0 to below the sum of the weights; null when there was nothing to draw.</summary>
    public int? Draw { get; init; }

    /// <summary>The destinations and their weights.</summary>
    public IReadOnlyList<ExplainedWeight> Weights { get; init; } = [];

    /// <summary>The destination that was chosen; null when there was none.</summary>
    public ExplainedDestination? Destination { get; init; }

    /// <summary>The tries, in order.</summary>
    public IReadOnlyList<ExplainedAttempt> Attempts { get; init; } = [];

    /// <summary>The faults that were injected, such as <c>delay 2000 ms</c> and <c>abort 503</c>.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>The services that got a copy.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>The endpoints of the destination that outlier detection held back at that moment, by workload.</summary>
    public IReadOnlyList<string> Ejected { get; init; } = [];

    /// <summary>What else there is to say: a timeout that the caller brought, a body that could not be sent again.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Envoy's response flags, separated by commas; empty when all went well.</summary>
    public string Flags { get; init; } = "";
}

/// <summary>A route of a VirtualService, or a rule of an HTTPRoute.</summary>
/// <param name="Index">Its place under <c>spec.http</c> or <c>spec.rules</c>, from 0.</param>
/// <param name="Name">Its name, with the delegate's rule's after it; null when it has none.</param>
/// <param name="Match">The place of the match that held, from 0; null when the route has none.</param>
/// <param name="MatchName">That match's name, with the delegate's after it; null when it has none.</param>
public sealed record ExplainedRoute(int Index, string? Name, int? Match, string? MatchName)
{
    /// <summary>The rule that it was delegated to; null when it was not.</summary>
    public ExplainedDelegate? Delegate { get; init; }
}

/// <summary>The rule of the VirtualService to which another delegates.</summary>
/// <param name="VirtualService">That VirtualService, as <c>namespace/name</c>.</param>
/// <param name="Index">Its place under <c>spec.http</c> there, from 0.</param>
/// <param name="Match">The place of its match that held, from 0; null when it has none.</param>
public sealed record ExplainedDelegate(string VirtualService, int Index, int? Match);

/// <summary>A destination and its weight.</summary>
/// <param name="Host">The service's full name.</param>
/// <param name="Subset">The subset; null for the whole service.</param>
/// <param name="Weight">Its share of the sum of all weights.</param>
public sealed record ExplainedWeight(string Host, string? Subset, int Weight);

/// <summary>The destination that was chosen.</summary>
/// <param name="Host">The service's full name.</param>
/// <param name="Subset">The subset; null for the whole service.</param>
/// <param name="Port">The service's port.</param>
/// <param name="LoadBalancer">The algorithm in Istio's words, such as <c>LEAST_REQUEST</c>.</param>
/// <param name="Sent">Whether the request went on its way there; false where it would have gone, but was aborted before.</param>
public sealed record ExplainedDestination(string Host, string? Subset, int Port, string LoadBalancer, bool Sent);

/// <summary>One try.</summary>
/// <param name="Workload">The endpoint's workload; null when there was no endpoint.</param>
/// <param name="Endpoint">Its address and port.</param>
/// <param name="Status">The status it answered with; null when it did not.</param>
/// <param name="Flag">Envoy's response flag, such as <c>UF</c>; null when it answered.</param>
public sealed record ExplainedAttempt(string? Workload, string? Endpoint, int? Status, string? Flag)
{
    /// <summary>Why there was no answer, where more is known of it than the flag says: what TLS failed of.</summary>
    public string? Reason { get; init; }
}
