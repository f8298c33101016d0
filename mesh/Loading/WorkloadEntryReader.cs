namespace MessageBoard.Mesh.Loading;

internal static class WorkloadEntryReader
{
    // The labels of metadata are the workload's, too, and come first (Istio's serviceentry/conversion.go, ConvertWorkloadEntry).
    public static WorkloadEntry Read(ResourceKey key, string file, YamlFields spec, YamlFields? metadata) =>
        Read(key, file, spec, ServiceResolution.Dns, null, metadata is null ? null : NameRules.ReadLabels(metadata, "labels"));

    /// <summary>Reads an endpoint, alone or in a ServiceEntry.</summary>
    /// <param name="key">Which one it is.</param>
    /// <param name="file">The file it stands in.</param>
    /// <param name="fields">The endpoint.</param>
    /// <param name="resolution">How its address is found: names are for DNS alone.</param>
    /// <param name="servicePorts">The names of its service's ports; null when it is alone.</param>
    /// <param name="labelsBefore">Labels that come before its own; null for none.</param>
    public static WorkloadEntry Read(
        ResourceKey key, string file, YamlFields fields, ServiceResolution resolution, IReadOnlySet<string>? servicePorts,
        IReadOnlyDictionary<string, string>? labelsBefore = null)
    {
        var address = ReadAddress(fields, resolution, servicePorts);
        var ports = fields.Map("ports", (map, name) =>
        {
            if (!NameRules.IsDnsLabel(name) || name.Length > WorkloadEntryRules.MaxPortName)
                map.Report(name, $"'{name}' is no port's name");
            else if (servicePorts?.Contains(name) == false)
                map.Report(name, $"'{name}' is none of the service's ports");

            return map.Whole(name, 1, 65535) ?? 0;
        });

        WorkloadEntryRules.CheckSizes(fields);
        fields.Text("serviceAccount");
        fields.Note("serviceAccount");

        // Istio has only the locality's own label here, not those of region and zone (serviceentry/conversion.go).
        var labels = NameRules.ReadLabels(fields, "labels");
        if (labelsBefore is { Count: > 0 })
            labels = labelsBefore.Concat(labels.Where(label => !labelsBefore.ContainsKey(label.Key))).ToDictionary();

        var locality = fields.FilledText("locality") ?? TopologyLabels.LocalityOf(labels);
        var parsed = Locality.Parse(locality);
        var network = fields.Text("network");
        var entry = new WorkloadEntry(key, file, address, ports, TopologyLabels.Add(labels, parsed, parsed.Region, network), locality)
        {
            Weight = fields.Count("weight") is > 0 and var weight ? weight : 1,
        };
        fields.Done();
        return entry;
    }

    private static string ReadAddress(YamlFields fields, ServiceResolution resolution, IReadOnlySet<string>? servicePorts)
    {
        var address = fields.Text("address") ?? "";
        var isOfDns = servicePorts is not null && resolution is ServiceResolution.Dns or ServiceResolution.DnsRoundRobin;
        if (address.Length == 0 && fields.Has("network") && !isOfDns)
            fields.Refuse("network", "without an address is not carried out by the local mesh");
        else if (address.Length == 0)
            fields.Report("address", "is missing");
        else if (AddressRules.IsUnix(address))
            ReadSocket(fields, address, resolution, servicePorts);
        else if (!AddressRules.IsIp(address) && (resolution == ServiceResolution.Static || !HostRules.IsFqdn(address)))
            fields.Report("address", resolution == ServiceResolution.Static
                ? $"'{address}' has to be an IP address: names are for resolution DNS"
                : $"'{address}' has to be an IP address or a host name");

        return address;
    }

    private static void ReadSocket(
        YamlFields fields, string address, ServiceResolution resolution, IReadOnlySet<string>? servicePorts)
    {
        if (AddressRules.UnixPath(address) is { } problem)
            fields.Report("address", problem);
        else if (servicePorts is not null && resolution is ServiceResolution.Dns or ServiceResolution.DnsRoundRobin)
            fields.Report("address", $"'{address}' has to be an IP address or a host name with resolution DNS");
        else if (fields.Has("ports"))
            fields.Report("ports", "must not be given with a socket");
        else if (servicePorts is not null and not { Count: 1 })
            fields.Report("address", "names a socket, and the service has to have one port then");
        else
            fields.Refuse("address", $"'{address}' is not carried out by the local mesh, only IP addresses and names are");
    }
}
