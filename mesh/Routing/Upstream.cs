namespace MessageBoard.Mesh.Routing;

/// <summary>What Envoy calls a cluster: a service, or a subset of it, at one port, and how it is called.</summary>
public sealed class Upstream
{
    internal Upstream(int index, string host, string? subset, int port, TrafficPolicy policy, IReadOnlyList<EndpointGroup> groups)
    {
        (Index, Host, Subset, Port, Policy, Groups) = (index, host, subset, port, policy, groups);
        Endpoints = [.. groups.SelectMany(group => group.Endpoints)];
    }

    /// <summary>The service's full name.</summary>
    public string Host { get; }

    /// <summary>The subset; null for the whole service.</summary>
    public string? Subset { get; }

    /// <summary>The service's port.</summary>
    public int Port { get; }

    /// <summary>How it is called.</summary>
    public TrafficPolicy Policy { get; }

    /// <summary>Whether it is none of the mesh's own, so that it is told nothing of who calls.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether a request goes on to the host that its caller addressed, and to which port: 0 for the one addressed.</summary>
    public int? PassthroughPort { get; init; }

    /// <summary>What is spoken there.</summary>
    public PortProtocol Protocol { get; init; }

    /// <summary>Whether requests go as HTTP/2 to those endpoints that take it in the clear.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>TLS of the mesh's own making to it; null for none.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>All endpoints.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; }

    /// <summary>The endpoints by locality, the most preferred first.</summary>
    public IReadOnlyList<EndpointGroup> Groups { get; }

    /// <summary>The same with other endpoints.</summary>
    internal Upstream With(IReadOnlyList<EndpointGroup> groups) => new(Index, Host, Subset, Port, Policy, groups)
    {
        IsExternal = IsExternal,
        PassthroughPort = PassthroughPort,
        Protocol = Protocol,
        IsHttp2 = IsHttp2,
        Tls = Tls,
    };

    /// <summary>Its place among the upstreams of its table.</summary>
    internal int Index { get; }
}

/// <summary>A workload at one of its ports.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Authority">Its address and port, such as <c>127.0.0.1:41234</c>.</param>
public sealed record Endpoint(WorkloadEntry Workload, string Authority)
{
    /// <summary>The name that stands for its address; null when it has one.</summary>
    public string? Name { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; }

    /// <summary>The port where it takes HTTP/2 in the clear without being asked before (RFC 9113, 3.3); null when there is none.</summary>
    public int? Http2Port { get; init; }

    /// <summary>Its address with that port, else with the usual one.</summary>
    public string Http2Authority => $"{Authority.AsSpan(0, Authority.LastIndexOf(':'))}:{Http2Port ?? Port}";

    /// <summary>Whether all of the addresses of its name are endpoints, in place of the first for each new connection.</summary>
    public bool IsEachAddress { get; init; }
}

/// <summary>Endpoints that are alike to the caller.</summary>
/// <param name="Priority">From 0; a higher one is used as far as lower ones have too few healthy endpoints.</param>
/// <param name="Weight">The share within the priority.</param>
/// <param name="Endpoints">The endpoints.</param>
public sealed record EndpointGroup(int Priority, double Weight, IReadOnlyList<Endpoint> Endpoints);
