using System.Net.Sockets;

namespace MessageBoard.Mesh.Routing;

/// <summary>Finds the upstreams of services, subsets and ports, each made once.</summary>
internal sealed class ServiceRegistry
{
    private readonly MeshProxy _proxy;
    private readonly Dictionary<string, ServiceEntry> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DestinationRule> _rules = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILookup<string, WorkloadEntry> _workloads;
    private readonly Dictionary<ServiceEntry, List<WorkloadEntry>> _workloadsOf = [];
    private readonly Dictionary<(string Host, string? Subset, int Port), Upstream> _upstreams = [];

    public ServiceRegistry(IReadOnlyList<IMeshResource> resources, MeshProxy proxy, ICollection<MeshProblem> problems)
    {
        _proxy = proxy;
        _workloads = resources.OfType<WorkloadEntry>().ToLookup(workload => workload.Key.Namespace);
        foreach (var service in resources.OfType<ServiceEntry>())
        {
            foreach (var host in service.Hosts)
                Add(_services, host, service);
        }

        foreach (var rule in resources.OfType<DestinationRule>())
            Add(_rules, HostNames.FullName(rule.Host, rule.Key.Namespace), rule);

        void Add<T>(Dictionary<string, T> all, string host, T resource) where T : IMeshResource
        {
            if (!all.TryAdd(host, resource))
                problems.Add(new(
                    resource.File, null, resource.Key, null, $"host '{host}' has a {resource.Key.Kind} already, which stays in force"));
        }
    }

    /// <summary>The services' full host names, with their namespaces.</summary>
    public IEnumerable<(string Host, string Namespace)> Hosts => _services.Select(service => (service.Key, service.Value.Key.Namespace));

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

    private Upstream Upstream(string host, ServiceEntry service, string? subset, ServicePort port)
    {
        if (_upstreams.TryGetValue((host, subset, port.Number), out var upstream))
            return upstream;

        var labels = subset is null ? null : SubsetOf(host, subset)!.Labels;
        var policy = TrafficPolicies.For(RuleOf(host), subset, port.Number);
        var endpoints = new List<Endpoint>();
        foreach (var workload in WorkloadsOf(service))
        {
            if ((labels is null || Carries(workload, labels)) && workload.Ports.TryGetValue(port.Name, out var number))
                endpoints.Add(new(workload, $"{Format(workload.Address)}:{number}"));
        }

        upstream = new(_upstreams.Count, host, subset, port.Number, policy, Localities.Group(endpoints, _proxy, policy));
        _upstreams.Add((host, subset, port.Number), upstream);
        return upstream;
    }

    private Subset? SubsetOf(string host, string name) => RuleOf(host)?.Subsets.FirstOrDefault(subset => subset.Name == name);

    // The most specific wins: the host itself, then wildcards from the longest to the shortest.
    private DestinationRule? RuleOf(string host)
    {
        if (_rules.TryGetValue(host, out var rule))
            return rule;

        for (var dot = host.IndexOf('.'); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            if (_rules.TryGetValue($"*{host[dot..]}", out rule))
                return rule;
        }

        return _rules.GetValueOrDefault("*");
    }

    private List<WorkloadEntry> WorkloadsOf(ServiceEntry service)
    {
        if (!_workloadsOf.TryGetValue(service, out var workloads))
            _workloadsOf.Add(
                service, workloads = [.. _workloads[service.Key.Namespace].Where(workload => Carries(workload, service.WorkloadLabels))]);

        return workloads;
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

    private static string Format(string address) =>
        IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address;
}
