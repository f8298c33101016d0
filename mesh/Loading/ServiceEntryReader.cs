namespace MessageBoard.Mesh.Loading;

// Istio's rules: ValidateServiceEntry in pkg/config/validation/validation.go, and those of its CRD.
internal static class ServiceEntryReader
{
    private const int MaxItems = 256, MaxEndpoints = 4096;

    public static ServiceEntry Read(ResourceKey key, string file, YamlFields spec)
    {
        var resolution = ReadResolution(spec);
        var hosts = spec.Texts("hosts", HostProblem);
        if (spec.IsEmptyList("hosts"))
            spec.Report("hosts", "has to name at least one host");

        var location = spec.Word("location", "MESH_EXTERNAL", "MESH_INTERNAL");
        var ports = ServicePortReader.Read(spec, severalHosts: hosts.Count > 1 && resolution != ServiceResolution.None);
        var labels = ReadSelector(spec, resolution);
        var endpoints = ReadEndpoints(key, file, spec, resolution, ports);
        if (endpoints.Length == 0 && resolution is ServiceResolution.Dns or ServiceResolution.DnsRoundRobin
            && hosts.Any(host => !HostRules.IsFqdn(host)))
            spec.Report("hosts", "must not have a wildcard with resolution DNS and without endpoints: no DNS knows its address");

        foreach (var name in (ReadOnlySpan<string>)["hosts", "ports", "addresses"])
            spec.AtMost(name, MaxItems);

        spec.AtMost("endpoints", MaxEndpoints);
        if (spec.Has("resolution") && spec.Text("resolution") is "DYNAMIC_DNS")
            CheckDynamic(spec, hosts);

        var addresses = spec.Texts("addresses", address => AddressProblem(address, resolution));
        if (addresses.Any(address => address.Contains('/')))
            spec.Note("addresses", "has blocks, which have no effect: requests name their host");

        var names = spec.Texts("subjectAltNames");
        var exportTo = NameRules.ReadExportTo(spec, key.Namespace, mayBeNobody: true);
        spec.Done();
        return new(key, file, hosts, ports, labels)
        {
            Endpoints = spec.Has("workloadSelector") ? null : endpoints,
            Resolution = resolution,
            IsExternal = location is not "MESH_INTERNAL",
            Addresses = [.. addresses.Where(address => !address.Contains('/'))],
            SubjectAltNames = names,
            ExportTo = exportTo,
        };
    }

    // Its hosts are wildcards, whose addresses are asked for when they are called.
    private static void CheckDynamic(YamlFields spec, IReadOnlyList<string> hosts)
    {
        if (hosts.Any(host => !host.StartsWith('*')))
            spec.Report("hosts", "has to have wildcards alone with resolution DYNAMIC_DNS");

        foreach (var name in (ReadOnlySpan<string>)["addresses", "endpoints"])
        {
            if (!spec.IsEmptyList(name))
                spec.Report(name, "must not be given with resolution DYNAMIC_DNS");
        }

        foreach (var port in spec.Objects("ports"))
        {
            if (port.Text("protocol")?.ToUpperInvariant() is not ("HTTP" or "TLS" or "GRPC" or "HTTP2"))
                port.Report("protocol", "has to be HTTP, HTTP2, GRPC or TLS with resolution DYNAMIC_DNS");
        }
    }

    private static ServiceResolution ReadResolution(YamlFields spec)
    {
        switch (spec.Word("resolution", "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"))
        {
            case "STATIC":
                return ServiceResolution.Static;
            case "DNS":
                return ServiceResolution.Dns;
            case "DNS_ROUND_ROBIN":
                return ServiceResolution.DnsRoundRobin;
            case "DYNAMIC_DNS":
                spec.Refuse("resolution", "DYNAMIC_DNS is not carried out by the local mesh");
                return ServiceResolution.None;
            default:
                return ServiceResolution.None;
        }
    }

    private static string? HostProblem(string host) =>
        host == "*" || !HostRules.IsWildcardDomain(host) ? $"'{host}' is no service's name" : null;

    private static string? AddressProblem(string address, ServiceResolution resolution) => AddressRules.Subnet(address)
        ?? (address.Contains('/') && resolution is ServiceResolution.Dns or ServiceResolution.DnsRoundRobin
            ? $"'{address}' is a block, which is for the resolutions NONE and STATIC only"
            : null);

    private static IReadOnlyDictionary<string, string> ReadSelector(YamlFields spec, ServiceResolution resolution)
    {
        if (spec.Object("workloadSelector") is not { } selector)
            return new Dictionary<string, string>();

        if (spec.Has("endpoints"))
            spec.Report("endpoints", "cannot stand beside workloadSelector");

        var labels = NameRules.ReadSelector(selector, "labels");
        selector.Done();
        if (resolution == ServiceResolution.None)
            spec.Note("workloadSelector", "has no effect with resolution NONE");
        else if (labels.Count == 0)
            spec.Note("workloadSelector", "has no labels, so that all workloads of the namespace are the service's");

        return labels;
    }

    private static WorkloadEntry[] ReadEndpoints(
        ResourceKey key, string file, YamlFields spec, ServiceResolution resolution, IReadOnlyList<ServicePort> ports)
    {
        var names = ports.Select(port => port.Name).ToHashSet();
        WorkloadEntry[] endpoints =
        [
            .. spec.Objects("endpoints").Select((endpoint, index) => WorkloadEntryReader.Read(
                new("WorkloadEntry", key.Namespace, $"{key.Name}-{index}"), file, endpoint, resolution, names)),
        ];
        if (resolution == ServiceResolution.None && endpoints.Length > 0)
            spec.Report("endpoints", "cannot stand beside resolution NONE");
        else if (resolution == ServiceResolution.DnsRoundRobin && endpoints.Length > 1)
            spec.Report("endpoints", "must not be more than one with resolution DNS_ROUND_ROBIN");

        return endpoints;
    }
}
