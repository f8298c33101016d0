namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>Two gateways, one for each forwarder, and a raw log-service to each.</summary>
public sealed class TwoGateways : IAsyncLifetime
{
    private readonly RawBackend _own = new(), _yarp = new();

    private readonly Http1Gateway _ownGateway = new(isOwn: true), _yarpGateway = new(isOwn: false);

    public async ValueTask InitializeAsync()
    {
        await _ownGateway.StartAsync(Ports(_own));
        await _yarpGateway.StartAsync(Ports(_yarp));
    }

    public async ValueTask DisposeAsync()
    {
        await _ownGateway.DisposeAsync();
        await _yarpGateway.DisposeAsync();
        _own.Dispose();
        _yarp.Dispose();
    }

    /// <summary>The gateway with the own forwarder, or with YARP's; and its backend.</summary>
    internal (Http1Gateway Gateway, RawBackend Backend) Of(bool isOwn) => isOwn ? (_ownGateway, _own) : (_yarpGateway, _yarp);

    private static Dictionary<string, IReadOnlyList<int>> Ports(RawBackend backend) => new()
    {
        ["user-service"] = [backend.Port],
        ["message-service"] = [backend.Port],
        ["log-service"] = [backend.Port],
    };
}
