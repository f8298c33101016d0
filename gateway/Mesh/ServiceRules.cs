namespace MessageBoard.Gateway.Mesh;

/// <summary>Canary, faults, timeout and retries of a service.</summary>
/// <param name="CanarySubset">Where requests with <c>x-canary: true</c> go; null when they go where all go.</param>
/// <param name="Fault">Faults that are injected.</param>
/// <param name="TimeoutSeconds">For the whole request; null for no limit.</param>
/// <param name="Retries">How it is tried again; null for Istio's default.</param>
public sealed record ServiceRules(string? CanarySubset, FaultRule Fault, double? TimeoutSeconds, RetryRule? Retries)
{
    /// <summary>The rules as the API writes them.</summary>
    public static ServiceRules Of(RouteRules rules) => new(
        rules.CanarySubset,
        new(
            rules.Fault?.Delay is { } delay ? new(delay.Duration.TotalSeconds, delay.Percentage) : null,
            rules.Fault?.Abort is { } abort ? new(abort.Status, abort.Percentage) : null),
        Seconds(rules.Timeout),
        rules.Retries is { } retries ? new(retries.Attempts, Seconds(retries.PerTryTimeout), rules.RetryOn) : null);

    // Zero switches a limit off, as in Istio.
    private static double? Seconds(TimeSpan? limit) => limit is { } time && time > TimeSpan.Zero ? time.TotalSeconds : null;
}

/// <summary>Faults.</summary>
/// <param name="Delay">Makes requests late; null for none.</param>
/// <param name="Abort">Makes requests fail; null for none.</param>
public sealed record FaultRule(DelayRule? Delay, AbortRule? Abort);

/// <summary>Makes a part of the requests late.</summary>
/// <param name="Seconds">By how much: more than 0, at most 60.</param>
/// <param name="Percentage">How many of them, 0 to 100.</param>
public sealed record DelayRule(double? Seconds, double? Percentage);

/// <summary>Makes a part of the requests fail.</summary>
/// <param name="Status">With which HTTP status, 200 to 599.</param>
/// <param name="Percentage">How many of them, 0 to 100.</param>
public sealed record AbortRule(int? Status, double? Percentage);

/// <summary>Retries.</summary>
/// <param name="Attempts">How many tries there may be after the first, 0 to 10.</param>
/// <param name="PerTryTimeoutSeconds">For one try; null for the route's timeout.</param>
/// <param name="RetryOn">What is tried again, in Envoy's words separated by commas; null for Istio's default.</param>
public sealed record RetryRule(int? Attempts, double? PerTryTimeoutSeconds, string? RetryOn);
