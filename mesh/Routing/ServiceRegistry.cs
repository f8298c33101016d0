using System.Net;
using System.Net.Sockets;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Routing;

/// <summary>Finds the endpoints of a service, a subset and a port.</summary>
internal sealed class ServiceRegistry
{
    private readonly Dictionary<string, ServiceEntry> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DestinationRule> _rules = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILookup<string, WorkloadEntry> _workloads;

    public ServiceRegistry(IReadOnlyList<IMeshResource> resources, ICollection<MeshProblem> problems)
    {
        _workloads = resources.OfType<WorkloadEntry>().ToLookup(workload => workload.Id.Namespace);
        foreach (var service in resources.OfType<ServiceEntry>())
        {
            foreach (var host in service.Hosts)
                Add(_services, host, service);
        }

        foreach (var rule in resources.OfType<DestinationRule>())
            Add(_rules, HostNames.FullName(rule.Host, rule.Id.Namespace), rule);

        void Add<T>(Dictionary<string, T> all, string host, T resource) where T : IMeshResource
        {
            if (!all.TryAdd(host, resource))
                problems.Add(new(resource.Id.File, null, resource.Id.ToString(), $"host '{host}' has a {resource.Id.Kind} already, which stays in force"));
        }
    }

    /// <summary>The services' full host names, with their namespaces.</summary>
    public IEnumerable<(string Host, string Namespace)> Hosts => _services.Select(service => (service.Key, service.Value.Id.Namespace));

    /// <summary>The endpoints; null, with the reason, when the service, the subset or the port is unknown.</summary>
    public Endpoint[]? Find(string host, string? subset, int? port, out string? problem)
    {
        problem = null;
        if (!_services.TryGetValue(host, out var service))
            problem = $"there is no service '{host}'";
        else if (port is null && service.Ports.Count > 1)
            problem = $"service '{host}' has several ports, and none is named";
        else if (service.Ports.FirstOrDefault(candidate => port is null || candidate.Number == port) is not { } servicePort)
            problem = $"service '{host}' has no port {port}";
        else if (!TryGetLabels(host, subset, out var labels))
            problem = $"no DestinationRule of '{host}' has a subset '{subset}'";
        else
            return FindWorkloads(service, labels, servicePort.Name);

        return null;
    }

    private bool TryGetLabels(string host, string? subset, out IReadOnlyDictionary<string, string> labels)
    {
        labels = new Dictionary<string, string>();
        if (subset is null)
            return true;

        if (!_rules.TryGetValue(host, out var rule) || rule.Subsets.FirstOrDefault(candidate => candidate.Name == subset) is not { } found)
            return false;

        labels = found.Labels;
        return true;
    }

    private Endpoint[] FindWorkloads(ServiceEntry service, IReadOnlyDictionary<string, string> labels, string port)
    {
        var endpoints = new List<Endpoint>();
        foreach (var workload in _workloads[service.Id.Namespace])
        {
            if (Carries(workload, service.WorkloadLabels) && Carries(workload, labels) && workload.Ports.TryGetValue(port, out var number))
                endpoints.Add(new(workload, $"http://{Format(workload.Address)}:{number}"));
        }

        return [.. endpoints];
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
