using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Tests.Traffic;

internal static class Requests
{
    /// <summary>A request that ctx1 has answered.</summary>
    public static RequestRecord One { get; } = new()
    {
        Service = "user-service",
        Cluster = "ctx1",
        Pod = "pod",
        Status = 200,
        DurationMs = 1.5,
        Time = DateTimeOffset.UnixEpoch,
        Trace = new(0x0af7651916cd43dd, 0x8448eb211c80319c),
        SpanId = "b7ad6b7169203331",
        Method = "GET",
        Path = "/api/users/ping",
    };
}
