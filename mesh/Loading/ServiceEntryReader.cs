using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Loading;

internal static class ServiceEntryReader
{
    public static ServiceEntry Read(ResourceId id, YamlFields spec)
    {
        var hosts = spec.Texts("hosts");
        if (hosts.Count == 0)
            spec.Report("hosts", "has to name at least one host");

        Expect(spec, "location", "MESH_INTERNAL");
        Expect(spec, "resolution", "STATIC");
        var ports = spec.Objects("ports").Select(ReadPort).ToArray();
        if (ports.Length == 0)
            spec.Report("ports", "has to have at least one port");

        var labels = new Dictionary<string, string>() as IReadOnlyDictionary<string, string>;
        if (spec.Object("workloadSelector") is { } selector)
        {
            labels = selector.TextMap("labels");
            selector.Done();
        }
        else
        {
            spec.Report("workloadSelector", "is missing: the local mesh finds workloads by their labels");
        }

        spec.Done("addresses", "endpoints", "exportTo", "subjectAltNames");
        return new(id, hosts, ports, labels);
    }

    private static ServicePort ReadPort(YamlFields port)
    {
        var read = new ServicePort(port.Whole("number", 1, 65535) ?? 0, port.RequiredText("name") ?? "");
        if (read.Number == 0)
            port.Report("number", "is missing");

        Expect(port, "protocol", "HTTP");
        port.Done("targetPort");
        return read;
    }

    private static void Expect(YamlFields fields, string name, string value)
    {
        if (fields.Text(name) is { } given && given != value)
            fields.Report(name, $"{given} is not carried out by the local mesh yet, only {value}");
    }
}
