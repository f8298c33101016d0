using k8s.Models;
using MessageBoard.Mesh.Loading;

namespace MessageBoard.MeshKubernetes;

/// <summary>What counts of a Service.</summary>
/// <param name="Ports">Its ports.</param>
/// <param name="Addresses">Its virtual addresses.</param>
/// <param name="Family">The kind of address that its endpoints have here: <c>IPv4</c> or <c>IPv6</c>.</param>
internal sealed record KnownService(IReadOnlyList<ServicePort> Ports, IReadOnlyList<string> Addresses, string Family)
{
    private const string None = "None";

    /// <summary>Reads it (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/).</summary>
    public static KnownService Read(V1Service service) => new(
        [.. (service.Spec.Ports ?? []).Where(port => port.Protocol is null or "TCP").Select(Read)],
        [.. (service.Spec.ClusterIPs ?? [service.Spec.ClusterIP]).Where(address => !string.IsNullOrEmpty(address) && address != None)],
        service.Spec.IpFamilies is [var first, ..] ? first : "IPv4");

    // https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/: appProtocol, then the name's first part.
    private static ServicePort Read(V1ServicePort port)
    {
        var name = port.Name ?? "";
        return new(port.Port, name)
        {
            Protocol = ServicePortReader.ProtocolOf(port.AppProtocol is null ? name.Split('-')[0] : Istios(port.AppProtocol)),
        };
    }

    // The names that Kubernetes itself gives (https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol).
    private static string Istios(string protocol) => protocol switch
    {
        "kubernetes.io/h2c" => "HTTP2",
        "kubernetes.io/ws" => "HTTP",
        "kubernetes.io/wss" => "HTTPS",
        _ => protocol,
    };
}

/// <summary>What counts of an EndpointSlice.</summary>
/// <param name="Service">The Service it is of; empty for none.</param>
/// <param name="ImportedFrom">The cluster whose endpoints were written here; null for those of its own.</param>
/// <param name="Family">The kind of its addresses: <c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</param>
/// <param name="Ports">The endpoints' ports, by the names of the Service's.</param>
/// <param name="Endpoints">The endpoints that are ready.</param>
internal sealed record KnownSlice(
    string Service, string? ImportedFrom, string Family, IReadOnlyDictionary<string, int> Ports, IReadOnlyList<KnownEndpoint> Endpoints)
{
    /// <summary>Whether another one has the same endpoints.</summary>
    public bool SaysTheSame(KnownSlice other) => Family == other.Family && Ports.Count == other.Ports.Count
        && Ports.All(port => other.Ports.TryGetValue(port.Key, out var number) && number == port.Value)
        && Endpoints.Select(endpoint => endpoint.Address).SequenceEqual(other.Endpoints.Select(endpoint => endpoint.Address));

    /// <summary>Reads it (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/).</summary>
    public static KnownSlice Read(V1EndpointSlice slice) => new(
        slice.GetLabel(EndpointImports.ServiceLabel) ?? "",
        slice.GetLabel(EndpointImports.ManagedByLabel) == EndpointImports.ManagedBy
            ? slice.GetLabel(EndpointImports.SourceLabel) ?? ""
            : null,
        slice.AddressType ?? "IPv4",
        (slice.Ports ?? []).Where(port => port.Port is not null).DistinctBy(port => port.Name ?? "")
            .ToDictionary(port => port.Name ?? "", port => port.Port!.Value),
        [
            .. (slice.Endpoints ?? []).Where(endpoint => endpoint.Conditions?.Ready ?? true)
                .SelectMany(endpoint => endpoint.Addresses.Take(1).Select(address => new KnownEndpoint(
                    address, endpoint.TargetRef is { Kind: "Pod", Name: var pod } ? pod : null, endpoint.NodeName, endpoint.Zone))),
        ]);
}

/// <summary>One that serves.</summary>
/// <param name="Address">Its IP address.</param>
/// <param name="Pod">Its pod; null for none.</param>
/// <param name="Node">Its node; null when that is not said.</param>
/// <param name="Zone">Its zone; null when that is not said.</param>
internal sealed record KnownEndpoint(string Address, string? Pod, string? Node, string? Zone);

/// <summary>What counts of a pod.</summary>
/// <param name="Node">Its node; null before it has one.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record KnownPod(string? Node, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Reads it.</summary>
    public static KnownPod Read(V1Pod pod) =>
        new(pod.Spec.NodeName, new SortedDictionary<string, string>(pod.Labels() ?? new Dictionary<string, string>()));
}

/// <summary>What counts of a node.</summary>
/// <param name="Locality">Where it is, as <c>region/zone/sub-zone</c>; empty when its labels do not say.</param>
internal sealed record KnownNode(string Locality)
{
    /// <summary>
    /// Reads it (https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesioregion, and Istio's own for the
    /// sub-zone).
    /// </summary>
    public static KnownNode Read(V1Node node) => new(LocalityOf(
        node.GetLabel(TopologyLabels.Region), node.GetLabel(TopologyLabels.Zone), node.GetLabel(TopologyLabels.Subzone)));

    /// <summary>A place as <c>region/zone/sub-zone</c>.</summary>
    public static string LocalityOf(string? region, string? zone, string? subzone) => $"{region}/{zone}/{subzone}".TrimEnd('/');
}
