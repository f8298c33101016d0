namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Which traffic policy holds: a subset's fields before its rule's, and a port's policy in place of all fields of the one it
/// stands in (https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy).
/// </summary>
internal static class TrafficPolicies
{
    private static readonly TrafficPolicy Default = new();

    public static TrafficPolicy For(DestinationRule? rule, string? subset, int port)
    {
        var general = AtPort(rule?.TrafficPolicy, port);
        var special = AtPort(rule?.Subsets.FirstOrDefault(candidate => candidate.Name == subset)?.TrafficPolicy, port);
        if (general is null || special is null)
            return special ?? general ?? Default;

        return new()
        {
            LoadBalancer = special.LoadBalancer ?? general.LoadBalancer,
            ConnectionPool = special.ConnectionPool ?? general.ConnectionPool,
            OutlierDetection = special.OutlierDetection ?? general.OutlierDetection,
            Tls = special.Tls ?? general.Tls,
        };
    }

    private static TrafficPolicy? AtPort(TrafficPolicy? policy, int port) =>
        policy is not null && policy.Ports.TryGetValue(port, out var own) ? own : policy;
}
