namespace MessageBoard.Mesh.Resources;

/// <summary>
/// What becomes of requests to hosts that nobody knows
/// (https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy-Mode).
/// </summary>
public enum OutboundTraffic
{
    /// <summary>They go on to the host: Istio's default for the mesh.</summary>
    AllowAny,

    /// <summary>They are answered with 502.</summary>
    RegistryOnly,
}
