using System.Net.Sockets;

namespace MessageBoard.Mesh.Routing;

/// <summary>Finds the upstreams of services, subsets and ports, each made once.</summary>
internal sealed class ServiceRegistry
{
    private readonly MeshProxy _proxy;
    private readonly MeshConfig _config;
    private readonly ICollection<MeshProblem> _problems;
    private readonly Dictionary<string, ServiceEntry> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly DestinationRules _rules;
    private readonly ILookup<string, WorkloadEntry> _workloads;
    private readonly Dictionary<ServiceEntry, List<WorkloadEntry>> _workloadsOf = [];
    private readonly Dictionary<(string Host, string? Subset, int Port), Upstream> _upstreams = [];

    public ServiceRegistry(IReadOnlyList<IMeshResource> resources, MeshProxy proxy, Force force, ICollection<MeshProblem> problems)
    {
        (_proxy, _problems) = (proxy, problems);
        _config = resources.OfType<MeshConfig>().FirstOrDefault() ?? MeshConfig.Default;
        _workloads = resources.OfType<WorkloadEntry>().ToLookup(workload => workload.Key.Namespace);
        _rules = new(resources.OfType<DestinationRule>(), proxy, force, problems);
        foreach (var service in resources.OfType<ServiceEntry>().Where(service => service.ExportTo.IsVisibleIn(proxy.Namespace)))
        {
            foreach (var host in service.Hosts)
            {
                if (_services.TryAdd(host, service))
                    continue;

                force.Lose(service.Key, service.Hosts.Count);
                problems.Add(new(
                    service.File, null, service.Key, FieldPath.Spec["hosts"], $"host '{host}' is {_services[host].Key}'s, which is older"));
            }
        }
    }

    /// <summary>What holds in the whole mesh.</summary>
    public MeshConfig Config => _config;

    /// <summary>The services' full host names, with their namespaces.</summary>
    public IEnumerable<(string Host, string Namespace)> Hosts => _services.Select(service => (service.Key, service.Value.Key.Namespace));

    /// <summary>The virtual addresses of a service; none when there is no such service.</summary>
    public IEnumerable<string> AddressesOf(string host) => _services.TryGetValue(host, out var service)
        ? service.Addresses.Select(address => IPAddress.Parse(address)).Select(address => Format(address))
        : [];

    /// <summary>The ports of a service at which nothing is read of requests.</summary>
    public int[] OpaquePortsOf(string host) => _services.TryGetValue(host, out var service)
        ? [.. service.Ports.Where(port => port.Protocol == PortProtocol.Opaque).Select(port => port.Number)]
        : [];

    /// <summary>All upstreams that were asked for, each at its own index.</summary>
    public IReadOnlyList<Upstream> Upstreams => [.. _upstreams.Values];

    /// <summary>The ports of a service; null when there is no such service.</summary>
    public int[]? PortsOf(string host) =>
        _services.TryGetValue(host, out var service) ? [.. service.Ports.Select(port => port.Number)] : null;

    /// <summary>The upstream of a destination, or one for each port of its service when it names none.</summary>
    /// <param name="host">The service's full name.</param>
    /// <param name="subset">The subset; null for the whole service.</param>
    /// <param name="port">The port; null for any.</param>
    /// <param name="problem">Why there is none.</param>
    public Upstream[] Find(string host, string? subset, int? port, out string? problem)
    {
        problem = null;
        if (!_services.TryGetValue(host, out var service))
            problem = $"there is no service '{host}'";
        else if (port is not null && service.Ports.All(candidate => candidate.Number != port))
            problem = $"service '{host}' has no port {port}";
        else if (subset is not null && SubsetOf(host, subset) is null)
            problem = $"no DestinationRule of '{host}' has a subset '{subset}'";
        else
            return [.. service.Ports.Where(candidate => port is null || candidate.Number == port)
                .Select(candidate => Upstream(host, service, subset, candidate))];

        return [];
    }

    /// <summary>
    /// The one cluster that a destination is for: by its labels, or the caller's own where it leaves that for a failover only; null where
    /// it is for all alike.
    /// </summary>
    /// <param name="host">The service's full name.</param>
    /// <param name="subset">The subset; null for the whole service.</param>
    /// <param name="upstreams">What <see cref="Find"/> gave.</param>
    public string? ClusterOf(string host, string? subset, Upstream[] upstreams)
    {
        var labels = subset is null ? _services.GetValueOrDefault(host)?.WorkloadLabels : SubsetOf(host, subset)?.Labels;
        return labels?.GetValueOrDefault("cluster") ?? labels?.GetValueOrDefault(TopologyLabels.Cluster)
            ?? (upstreams is [var upstream, ..] ? Localities.HomeOf(_proxy, upstream.Policy) : null);
    }

    /// <summary>The upstream of a name that is whatever host a caller addresses.</summary>
    public Upstream Passthrough(string name)
    {
        var upstream = new Upstream(_upstreams.Count, name, null, 0, TrafficPolicies.For(RuleOf(name), null, 0), [])
        {
            IsExternal = true,
            PassthroughPort = 0,
        };
        _upstreams.Add((name, null, 0), upstream);
        return upstream;
    }

    private Upstream Upstream(string host, ServiceEntry service, string? subset, ServicePort port)
    {
        if (_upstreams.TryGetValue((host, subset, port.Number), out var upstream))
            return upstream;

        var labels = subset is null ? null : SubsetOf(host, subset)!.Labels;
        var policy = _config.Complete(TrafficPolicies.For(RuleOf(host), subset, port.Number));
        var cluster = _config.IsClusterLocal(host) && !service.IsExternal ? _proxy.Labels.GetValueOrDefault(TopologyLabels.Cluster) : null;
        Endpoint[] endpoints =
        [
            .. WorkloadsOf(host, service)
                .Where(workload => labels is null || Carries(workload, labels))
                .Where(workload => cluster is null || (workload.Labels.GetValueOrDefault(TopologyLabels.Cluster) ?? cluster) == cluster)
                .Select(workload => EndpointOf(workload, service, port)),
        ];

        // Names that the service has stand in for those that the rule does not give.
        var tls = policy.Tls?.Origination is { SubjectAltNames.Count: 0 } given
            ? given with { SubjectAltNames = service.SubjectAltNames }
            : policy.Tls?.Origination;
        upstream = new(_upstreams.Count, host, subset, port.Number, policy, Localities.Group(endpoints, _proxy, policy))
        {
            IsExternal = service.IsExternal,
            PassthroughPort = service.Resolution == ServiceResolution.None ? port.TargetPort ?? port.Number : null,
            Protocol = port.Protocol,
            IsHttp2 = (policy.ConnectionPool?.H2Upgrade ?? _config.H2Upgrade) && tls is null && port.Protocol != PortProtocol.Opaque,
            Tls = tls,
        };
        _upstreams.Add((host, subset, port.Number), upstream);
        return upstream;
    }

    // https://github.com/istio/istio/blob/master/pilot/pkg/serviceregistry/serviceentry/conversion.go: the workload's own port of that
    // name, then the target port, then the service's.
    private static Endpoint EndpointOf(WorkloadEntry workload, ServiceEntry service, ServicePort port)
    {
        var number = workload.Ports.TryGetValue(port.Name, out var own) ? own : port.TargetPort ?? port.Number;
        var address = IPAddress.TryParse(workload.Address, out var parsed) ? parsed : null;
        return new(workload, $"{(address is null ? workload.Address : Format(address))}:{number}")
        {
            Name = address is null ? workload.Address : null,
            Port = number,
            Http2Port = Http2PortOf(workload, port, number),
            IsEachAddress = service.Resolution == ServiceResolution.Dns,
        };
    }

    // Not every server can tell HTTP/1.1 from HTTP/2 at one port. As Istio has a port's protocol in its name, `http-web` or `http2-web`,
    // a workload says so where it takes the one as the other.
    private static int? Http2PortOf(WorkloadEntry workload, ServicePort port, int number)
    {
        if (port.Protocol == PortProtocol.Http2)
            return number;

        return (port.Name == "http" || port.Name.StartsWith("http-", StringComparison.Ordinal))
            && workload.Ports.TryGetValue($"http2{port.Name.AsSpan(4)}", out var own) ? own : null;
    }

    private Subset? SubsetOf(string host, string name) => RuleOf(host)?.Subsets.FirstOrDefault(subset => subset.Name == name);

    private DestinationRule? RuleOf(string host) =>
        _rules.Of(host, _services.TryGetValue(host, out var service) ? service.Key.Namespace : "");

    private IReadOnlyList<WorkloadEntry> WorkloadsOf(string host, ServiceEntry service)
    {
        // Without endpoints the host's own name stands for them.
        if (service.Endpoints is { } own)
            return own.Count > 0 || service.Resolution is not (ServiceResolution.Dns or ServiceResolution.DnsRoundRobin)
                ? own
                : [new(new("WorkloadEntry", service.Key.Namespace, service.Key.Name), service.File, host,
                    new Dictionary<string, int>(), new Dictionary<string, string>(), null)];

        if (!_workloadsOf.TryGetValue(service, out var workloads))
            _workloadsOf.Add(
                service, workloads = [.. _workloads[service.Key.Namespace].Where(workload => Carries(workload, service.WorkloadLabels)
                    && IsFor(workload, service))]);

        return workloads;
    }

    private bool IsFor(WorkloadEntry workload, ServiceEntry service)
    {
        if (service.Resolution != ServiceResolution.Static || IPAddress.TryParse(workload.Address, out _))
            return service.Resolution != ServiceResolution.None;

        _problems.Add(new(
            workload.File, null, workload.Key, FieldPath.Spec["address"],
            $"spec.address '{workload.Address}' is a name, and ServiceEntry {service.Key.Name} with resolution STATIC takes IP addresses"));
        return false;
    }

    private static bool Carries(WorkloadEntry workload, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (name, value) in labels)
        {
            if (!workload.Labels.TryGetValue(name, out var own) || own != value)
                return false;
        }

        return true;
    }

    private static string Format(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
