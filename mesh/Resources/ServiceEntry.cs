namespace MessageBoard.Mesh.Resources;

/// <summary>A service and how to find its workloads (https://istio.io/latest/docs/reference/config/networking/service-entry/).</summary>
/// <param name="Key">Which one it is.</param>
/// <param name="File">The file it stands in, relative to the watched folder.</param>
/// <param name="Hosts">Its full host names; one may begin with <c>*.</c>.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="WorkloadLabels">The labels that its workloads carry, where it has no <see cref="Endpoints"/>.</param>
public sealed record ServiceEntry(
    ResourceKey Key, string File, IReadOnlyList<string> Hosts, IReadOnlyList<ServicePort> Ports,
    IReadOnlyDictionary<string, string> WorkloadLabels) : IMeshResource
{
    /// <summary>The namespaces that see it; see <see cref="Resources.ExportTo"/>.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];

    /// <summary>Its own endpoints; null when its workloads are found by their labels.</summary>
    public IReadOnlyList<WorkloadEntry>? Endpoints { get; init; }

    /// <summary>How the endpoints' addresses are found.</summary>
    public ServiceResolution Resolution { get; init; } = ServiceResolution.Static;

    /// <summary>Whether it is none of the mesh's own: nobody there knows the mesh's callers.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Its virtual IP addresses, by which it may be called too.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The names of which its servers' certificates have to have one, unless a DestinationRule says which; none for any.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];
}

/// <summary>How the addresses of a service's endpoints are found.</summary>
public enum ServiceResolution
{
    /// <summary>They are IP addresses.</summary>
    Static,

    /// <summary>There are none: a request goes on to the host that its caller addressed.</summary>
    None,

    /// <summary>They are names, and each of the addresses that DNS gives for one is an endpoint.</summary>
    Dns,

    /// <summary>It is a name, and each new connection goes to the first address that DNS gives for it.</summary>
    DnsRoundRobin,
}
