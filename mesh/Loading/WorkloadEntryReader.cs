using System.Net;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Loading;

internal static class WorkloadEntryReader
{
    public static WorkloadEntry Read(ResourceId id, YamlFields spec)
    {
        var address = spec.RequiredText("address") ?? "";
        if (address.Length > 0 && !IPAddress.TryParse(address, out _))
            spec.Report("address", "has to be an IP address");

        var ports = spec.Map("ports", (fields, name) => fields.Whole(name, 1, 65535) ?? 0);
        var entry = new WorkloadEntry(id, address, ports, spec.TextMap("labels"), spec.Text("locality"));
        spec.Done("network", "weight", "serviceAccount");
        return entry;
    }
}
