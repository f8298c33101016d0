namespace MessageBoard.Mesh.Loading;

/// <summary>
/// What a traffic policy may say and the local mesh does not carry out: Istio's validateTunnelSettings and validateProxyProtocol
/// (pkg/config/validation/validation.go) and the schema of its CRD.
/// </summary>
internal static class OtherPolicyValidator
{
    public static void Check(YamlFields policy)
    {
        if (policy.Has("tunnel") && policy.Has("proxyProtocol"))
            policy.Report("tunnel", "cannot stand beside proxyProtocol");

        if (policy.Object("tunnel") is { } tunnel)
            CheckTunnel(tunnel);

        if (policy.Object("proxyProtocol") is { } protocol)
        {
            protocol.Word("version", "V1", "V2");
            protocol.Done();
        }

        if (policy.Object("retryBudget") is { } budget)
        {
            budget.Duration("budgetInterval", DurationRule.Any);
            budget.Count("minRetryConcurrency");
            budget.Number("percent", 0, 100);
            budget.Done();
        }
    }

    /// <summary>Checks what a load balancer may say of how busy workloads are.</summary>
    public static void CheckUtilization(YamlFields balancer)
    {
        if (balancer.Object("backendUtilization") is not { } utilization)
            return;

        foreach (var name in (ReadOnlySpan<string>)["weightExpirationPeriod", "weightStabilizationPeriod", "weightUpdatePeriod"])
            utilization.Duration(name, DurationRule.Any);

        utilization.Count("errorUtilizationPenaltyPercent");
        utilization.Texts("metricNamesForComputingUtilization", mayBeEmpty: true);
        utilization.Done();
    }

    private static void CheckTunnel(YamlFields tunnel)
    {
        tunnel.Text("protocol", protocol => protocol is "" or "CONNECT" or "POST" ? null : "has to be CONNECT or POST");
        if (tunnel.RequiredText("targetHost") is { } host && !HostRules.IsFqdn(host) && !AddressRules.IsIp(host))
            tunnel.Report("targetHost", $"'{host}' has to be a full host name or an IP address");

        if (tunnel.Whole("targetPort", 1, 65535) is null && !tunnel.Has("targetPort"))
            tunnel.Report("targetPort", "is missing");

        tunnel.Done();
    }
}
