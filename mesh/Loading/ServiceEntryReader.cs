namespace MessageBoard.Mesh.Loading;

internal static class ServiceEntryReader
{
    // Istio reads protocols without regard to case.
    private static readonly HashSet<string> Protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "TCP", "TLS", "UDP", "GRPC", "GRPC-WEB", "HTTP", "HTTP_PROXY", "HTTP2", "HTTPS", "MONGO", "REDIS", "MYSQL", "HBONE",
        "DOUBLE-HBONE",
    };

    public static ServiceEntry Read(ResourceKey key, string file, YamlFields spec)
    {
        var hosts = spec.Texts("hosts", HostProblem);
        if (spec.IsEmptyList("hosts"))
            spec.Report("hosts", "has to name at least one host");

        ReadLocation(spec);
        var resolution = spec.Word("resolution", "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS");
        if (resolution is not "STATIC" && (resolution is not null || !spec.Has("resolution")))
            spec.Report("resolution", $"{resolution ?? "NONE"} is not carried out by the local mesh, only STATIC is");

        var (names, numbers) = (new HashSet<string>(), new HashSet<int>());
        var ports = spec.Objects("ports").Select(port => ReadPort(port, names, numbers)).ToArray();
        if (spec.IsEmptyList("ports"))
            spec.Report("ports", "has to have at least one port: a service without is not carried out by the local mesh");

        var labels = ReadSelector(spec);
        spec.Texts("addresses", AddressProblem);
        spec.Note("addresses");
        spec.Texts("subjectAltNames");
        spec.Note("subjectAltNames");
        NameRules.NoteExportTo(spec, key.Namespace, mayBeNobody: true);
        spec.Done("endpoints");
        return new(key, file, hosts, ports, labels);
    }

    private static string? HostProblem(string host) =>
        !HostNames.IsValid(host) || host == "*" ? $"'{host}' is no service's name"
        : host.StartsWith('*') ? $"'{host}' is not carried out by the local mesh"
        : null;

    // Any address of a block may stand for it, as in Go.
    private static string? AddressProblem(string address)
    {
        var parts = address.Split('/', 2);
        return IPAddress.TryParse(parts[0], out var ip)
            && (parts.Length == 1 || (byte.TryParse(parts[1], out var bits) && bits <= ip.GetAddressBytes().Length * 8))
            ? null
            : $"'{address}' is no IP address or block of them";
    }

    private static void ReadLocation(YamlFields spec)
    {
        var location = spec.Word("location", "MESH_EXTERNAL", "MESH_INTERNAL");
        if (location is "MESH_EXTERNAL")
            spec.Report("location", "MESH_EXTERNAL is not carried out by the local mesh, only MESH_INTERNAL is");
    }

    private static IReadOnlyDictionary<string, string> ReadSelector(YamlFields spec)
    {
        if (spec.Object("workloadSelector") is { } selector)
        {
            if (spec.Has("endpoints"))
                spec.Report("endpoints", "cannot stand beside workloadSelector");

            var labels = NameRules.ReadSelector(selector, "labels");
            selector.Done();
            return labels;
        }

        if (!spec.Has("workloadSelector") && !spec.Has("endpoints"))
            spec.Report("workloadSelector", "is missing: the local mesh finds workloads by their labels");

        return new Dictionary<string, string>();
    }

    private static ServicePort ReadPort(YamlFields port, HashSet<string> names, HashSet<int> numbers)
    {
        var read = new ServicePort(port.Whole("number", 1, 65535) ?? 0, port.RequiredText("name") ?? "");
        if (!port.Has("number"))
            port.Report("number", "is missing");
        else if (read.Number > 0 && !numbers.Add(read.Number))
            port.Report("number", $"{read.Number} is given to two ports");

        if (read.Name.Length > 0 && !NameRules.IsDnsLabel(read.Name))
            port.Report("name", $"'{read.Name}' is no port's name");
        else if (read.Name.Length > 0 && !names.Add(read.Name))
            port.Report("name", $"'{read.Name}' is given to two ports");

        var protocol = port.Text("protocol") ?? "";
        if (!Protocols.Contains(protocol))
            port.Report("protocol", $"'{protocol}' is no protocol that Istio knows");
        else if (protocol.Length > 0 && !protocol.Equals("HTTP", StringComparison.OrdinalIgnoreCase))
            port.Report("protocol", $"{protocol} is not carried out by the local mesh, only HTTP is");

        port.Done("targetPort");
        return read;
    }
}
