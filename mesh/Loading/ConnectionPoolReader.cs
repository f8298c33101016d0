namespace MessageBoard.Mesh.Loading;

internal static class ConnectionPoolReader
{
    public static ConnectionPool? Read(YamlFields policy, string name = "connectionPool")
    {
        if (policy.Object(name) is not { } pool)
            return null;

        var (tcp, http) = (pool.Object("tcp"), pool.Object("http"));
        if (!pool.Has("tcp") && !pool.Has("http"))
            pool.Report(null, "has to have tcp or http");

        pool.Done();
        var idle = ReadIdleTimeout(tcp);
        var read = new ConnectionPool
        {
            MaxConnections = tcp is null ? null : ReadLimit(tcp, "maxConnections"),
            ConnectTimeout = tcp?.Duration("connectTimeout"),
            Http1MaxPendingRequests = http is null ? null : ReadLimit(http, "http1MaxPendingRequests"),
            Http2MaxRequests = http is null ? null : ReadLimit(http, "http2MaxRequests"),
            MaxRetries = http is null ? null : ReadLimit(http, "maxRetries"),
            IdleTimeout = http?.Duration("idleTimeout") ?? idle,
            MaxConnectionDuration = tcp?.Duration("maxConnectionDuration"),
            IsForOneRequest = http?.Whole("maxRequestsPerConnection", 0, int.MaxValue) == 1,
            H2Upgrade = http is null ? null : ReadH2Upgrade(http),
        };

        if (tcp is not null)
            FinishTcp(tcp);

        if (http is not null)
            FinishHttp(http);

        return read;
    }

    // 0 cannot be told from absent in protobuf: it is no limit.
    private static int? ReadLimit(YamlFields fields, string name) =>
        fields.Whole(name, 0, int.MaxValue) is > 0 and var limit ? limit : null;

    // Istio takes it where http says nothing. Less than a millisecond is off.
    private static TimeSpan? ReadIdleTimeout(YamlFields? tcp)
    {
        if (tcp?.Duration("idleTimeout", DurationRule.Any) is not { } idle)
            return null;

        return idle.Duration() < TimeSpan.FromMilliseconds(1) ? TimeSpan.Zero : tcp.Duration("idleTimeout");
    }

    // What belongs to connections, and not to what becomes of a request, is .NET's affair here.
    private static void FinishTcp(YamlFields tcp)
    {
        if (tcp.Object("tcpKeepalive") is { } keepalive)
        {
            keepalive.Count("probes");
            keepalive.Duration("time");
            keepalive.Duration("interval");
            keepalive.Done();
        }

        Note(tcp, "tcpKeepalive");
        tcp.Done();
    }

    // The client's own protocol is not changed by the mesh's policy either (shouldH2Upgrade in pilot's cluster_traffic_policy.go).
    private static bool? ReadH2Upgrade(YamlFields http)
    {
        var (policy, isClients) = (http.Word("h2UpgradePolicy", "DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"), http.Flag("useClientProtocol"));
        if (isClients && policy is "UPGRADE")
            http.Report("useClientProtocol", "cannot be true where h2UpgradePolicy is UPGRADE");

        return policy is "UPGRADE" ? true : isClients || policy is "DO_NOT_UPGRADE" ? false : null;
    }

    private static void FinishHttp(YamlFields http)
    {
        if (http.Whole("maxRequestsPerConnection", 0, int.MaxValue) > 1)
            http.Note("maxRequestsPerConnection", "has no effect in the local mesh unless it is 1");

        http.Whole("maxConcurrentStreams", 0, int.MaxValue);
        if (http.Object("http2KeepAlive") is { } keepAlive)
        {
            foreach (var name in (ReadOnlySpan<string>)["interval", "timeout"])
            {
                if (keepAlive.Duration(name) is null && !keepAlive.Has(name))
                    keepAlive.Report(name, "is missing");
            }

            keepAlive.Done();
        }

        Note(http, "useClientProtocol", "maxConcurrentStreams", "http2KeepAlive");
        http.Done();
    }

    private static void Note(YamlFields fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            fields.Note(name);
    }
}
