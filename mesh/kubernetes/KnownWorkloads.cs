using MessageBoard.Mesh.Loading;
using static MessageBoard.MeshKubernetes.ObjectJson;

namespace MessageBoard.MeshKubernetes;

/// <summary>What counts of a Service.</summary>
/// <param name="Id">Its uid.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="Addresses">Its virtual addresses.</param>
/// <param name="Family">The kind of address that its endpoints have here: <c>IPv4</c> or <c>IPv6</c>.</param>
internal sealed record KnownService(string Id, IReadOnlyList<ServicePort> Ports, IReadOnlyList<string> Addresses, string Family)
{
    private const string None = "None";

    /// <summary>Reads it (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/).</summary>
    public static KnownService Read(JsonElement service)
    {
        var spec = Find(service, "spec");
        return new(
            Text(Find(service, "metadata"), "uid") ?? "",
            [.. Items(spec, "ports").Where(port => Text(port, "protocol") is null or "TCP").Select(ReadPort)],
            [.. Items(spec, "clusterIPs").Select(address => address.GetString()!).Where(address => address is not ("" or None))],
            Items(spec, "ipFamilies").Select(family => family.GetString()!).FirstOrDefault("IPv4"));
    }

    // https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/: appProtocol, then the name's first part.
    private static ServicePort ReadPort(JsonElement port)
    {
        var name = Text(port, "name") ?? "";
        var protocol = Text(port, "appProtocol");
        return new(port.GetProperty("port").GetInt32(), name)
        {
            Protocol = ServicePortReader.ProtocolOf(protocol is null ? name.Split('-')[0] : Istios(protocol)),
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
    /// <summary>The label that names an EndpointSlice's Service.</summary>
    public const string ServiceLabel = "kubernetes.io/service-name";

    /// <summary>The label that names who writes an EndpointSlice: its other writers leave it alone.</summary>
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    /// <summary>Who writes the endpoints of other clusters.</summary>
    public const string ManagedBy = "messageboard";

    /// <summary>The label that names the cluster an EndpointSlice comes from.</summary>
    public const string SourceLabel = "multicluster.kubernetes.io/source-cluster";

    /// <summary>
    /// Reads it (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/), or v1beta1, which has node
    /// and zone elsewhere.
    /// </summary>
    public static KnownSlice Read(JsonElement slice)
    {
        var labels = LabelsOf(slice);
        var ports = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var port in Items(slice, "ports"))
        {
            if (Find(port, "port") is { ValueKind: JsonValueKind.Number } number)
                ports.TryAdd(Text(port, "name") ?? "", number.GetInt32());
        }

        return new(
            labels.GetValueOrDefault(ServiceLabel, ""),
            labels.GetValueOrDefault(ManagedByLabel) == ManagedBy ? labels.GetValueOrDefault(SourceLabel, "") : null,
            Text(slice, "addressType") ?? "IPv4",
            ports,
            [
                .. Items(slice, "endpoints")
                    .Where(endpoint => Find(Find(endpoint, "conditions"), "ready") is not { ValueKind: JsonValueKind.False })
                    .SelectMany(endpoint => Items(endpoint, "addresses").Take(1).Select(address => Read(endpoint, address.GetString()!))),
            ]);
    }

    /// <summary>Whether another one has the same endpoints.</summary>
    public bool SaysTheSame(KnownSlice other) => Family == other.Family && Ports.SequenceEqual(other.Ports)
        && Endpoints.Select(endpoint => endpoint.Address).SequenceEqual(other.Endpoints.Select(endpoint => endpoint.Address));

    private static KnownEndpoint Read(JsonElement endpoint, string address)
    {
        var (target, before) = (Find(endpoint, "targetRef"), Find(endpoint, "topology"));
        return new(
            address,
            Text(target, "kind") == "Pod" ? Text(target, "name") : null,
            Text(endpoint, "nodeName") ?? Text(before, "kubernetes.io/hostname"),
            Text(endpoint, "zone") ?? Text(before, TopologyLabels.Zone));
    }
}

/// <summary>One that serves.</summary>
/// <param name="Address">Its IP address.</param>
/// <param name="Pod">Its pod; null for none.</param>
/// <param name="Node">Its node; null when that is not said.</param>
/// <param name="Zone">Its zone; null when that is not said.</param>
internal sealed record KnownEndpoint(string Address, string? Pod, string? Node, string? Zone);
