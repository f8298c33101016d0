namespace MessageBoard.Mesh;

/// <summary>
/// What went wrong with a request, in Envoy's letters
/// (https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage, <c>%RESPONSE_FLAGS%</c>).
/// </summary>
[Flags]
public enum ResponseFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>No healthy upstream.</summary>
    UH = 1,

    /// <summary>No connection to the upstream.</summary>
    UF = 1 << 1,

    /// <summary>Upstream overflow: a limit of the connection pool.</summary>
    UO = 1 << 2,

    /// <summary>No route.</summary>
    NR = 1 << 3,

    /// <summary>All retries were used up.</summary>
    URX = 1 << 4,

    /// <summary>The upstream took too long.</summary>
    UT = 1 << 5,

    /// <summary>The upstream ended the connection.</summary>
    UC = 1 << 6,

    /// <summary>A delay was injected.</summary>
    DI = 1 << 7,

    /// <summary>A fault was injected.</summary>
    FI = 1 << 8,

    /// <summary>The caller went away.</summary>
    DC = 1 << 9,

    /// <summary>No such upstream: a subset that no DestinationRule defines, or a service that nobody knows.</summary>
    NC = 1 << 10,
}
