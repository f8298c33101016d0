namespace MessageBoard.Mesh.Loading;

internal static class TrafficPolicyReader
{
    private static readonly string[] Fields = ["loadBalancer", "connectionPool", "outlierDetection", "tls"];

    public static TrafficPolicy? Read(YamlFields fields)
    {
        if (fields.Object("trafficPolicy") is not { } policy)
            return null;

        if (!Fields.Any(policy.Has) && !policy.Has("portLevelSettings") && !policy.Has("tunnel") && !policy.Has("proxyProtocol")
            && !policy.Has("retryBudget"))
            policy.Report(null, "has to have at least one field");

        var ports = new Dictionary<int, TrafficPolicy>();
        foreach (var settings in policy.Objects("portLevelSettings"))
        {
            var (port, ofPort) = ReadPort(settings);
            ports.TryAdd(port, ofPort); // Istio takes the first, too
        }

        var read = ReadCommon(policy) with { Ports = ports };
        OtherPolicyValidator.Check(policy);
        policy.Done("tunnel", "proxyProtocol", "retryBudget");
        return read;
    }

    private static (int, TrafficPolicy) ReadPort(YamlFields settings)
    {
        var port = settings.Object("port");
        var number = port?.Whole("number", 1, 65535);
        if (port is null && !settings.Has("port"))
            settings.Report("port", "is missing");
        else if (port is not null && !port.Has("number"))
            port.Report("number", "is missing");

        port?.Done();
        if (!Fields.Any(settings.Has))
            settings.Report(null, $"has to have at least one of {string.Join(", ", Fields)}");

        var read = ReadCommon(settings);
        settings.Done();
        return (number ?? 0, read);
    }

    private static TrafficPolicy ReadCommon(YamlFields policy)
    {
        var tls = ClientTlsReader.Read(policy);
        return new()
        {
            LoadBalancer = LoadBalancerReader.Read(policy),
            ConnectionPool = ConnectionPoolReader.Read(policy),
            OutlierDetection = OutlierDetectionReader.Read(policy),
            Tls = tls,
        };
    }
}
