using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Configuration;

/// <summary>What the default route of a service's VirtualService says.</summary>
/// <param name="Service">The VirtualService.</param>
/// <param name="ResourceVersion">The version an edit is based on.</param>
/// <param name="Weights">The weights by subset; null when its destinations are not one a subset.</param>
/// <param name="Rules">What else is set.</param>
public sealed record DefaultRoute(ResourceKey Service, string ResourceVersion, IReadOnlyDictionary<string, int>? Weights, RouteRules Rules)
{
    /// <summary>The route's place under <c>spec.http</c>.</summary>
    internal int Index { get; init; }

    /// <summary>The canary's place; null when there is none.</summary>
    internal int? CanaryIndex { get; init; }

    /// <summary>Whether a route is called as the canary and is none.</summary>
    internal bool HasOtherCanary { get; init; }

    /// <summary>The first destination's host; null when the route has none.</summary>
    internal string? Host { get; init; }
}

/// <summary>Faults, timeout and retries of a default route, and the canary before it.</summary>
/// <param name="CanarySubset">Where requests with <c>x-canary: true</c> go; null when they go where all go.</param>
/// <param name="Fault">Faults that are injected; null for none.</param>
/// <param name="Timeout">For the whole request; null for no limit.</param>
/// <param name="Retries">How to try again; null for Istio's default.</param>
public sealed record RouteRules(string? CanarySubset, HttpFault? Fault, TimeSpan? Timeout, HttpRetry? Retries)
{
    /// <summary>The name of the canary's route.</summary>
    public const string CanaryRoute = "canary";

    /// <summary>The header that asks for the canary, with the value <c>true</c>.</summary>
    public const string CanaryHeader = "x-canary";

    /// <summary>What is tried again, in Envoy's words separated by commas; null for Istio's default.</summary>
    public string? RetryOn => Retries is null ? null : HttpRetryReader.Write(Retries);
}
