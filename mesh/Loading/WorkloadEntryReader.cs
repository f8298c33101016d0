namespace MessageBoard.Mesh.Loading;

internal static class WorkloadEntryReader
{
    public static WorkloadEntry Read(ResourceKey key, string file, YamlFields spec)
    {
        var address = spec.Text("address") ?? "";
        if (address.Length == 0)
            spec.Report(
                "address", spec.Has("network") ? "is missing: a network without one is not carried out by the local mesh" : "is missing");
        else if (address.StartsWith("unix://", StringComparison.Ordinal) || HostNames.IsValid(address))
            spec.Report("address", $"'{address}' is not carried out by the local mesh, only IP addresses are");
        else if (!IPAddress.TryParse(address, out _))
            spec.Report("address", "has to be an IP address");

        var ports = spec.Map("ports", (fields, name) =>
        {
            if (!NameRules.IsDnsLabel(name))
                fields.Report(name, $"'{name}' is no port's name");

            return fields.Whole(name, 1, 65535) ?? 0;
        });

        spec.Count("weight");
        spec.Text("serviceAccount");
        spec.Note("serviceAccount");

        // Istio has only the locality's own label here, not those of region and zone (serviceentry/conversion.go).
        var labels = NameRules.ReadLabels(spec, "labels");
        var locality = spec.FilledText("locality") ?? TopologyLabels.LocalityOf(labels);
        var parsed = Locality.Parse(locality);
        var entry = new WorkloadEntry(
            key, file, address, ports, TopologyLabels.Add(labels, parsed, parsed.Region, spec.Text("network")), locality);
        spec.Done("weight");
        return entry;
    }
}
