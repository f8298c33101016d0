namespace MessageBoard.Mesh.Loading;

/// <summary>
/// What Istio asks of a WorkloadEntry, alone, as an endpoint of a ServiceEntry or as the template of a WorkloadGroup:
/// validateWorkloadEntry (pkg/config/validation/validation.go) and the schema of its CRD.
/// </summary>
internal static class WorkloadEntryRules
{
    private const int MaxAddress = 256, MaxPorts = 128, MaxPortName = 62, MaxLabels = 256, MaxText = 2048, MaxAccount = 253;

    /// <summary>Checks the template of a group, of which the webhook looks at nothing.</summary>
    public static void CheckTemplate(YamlFields template)
    {
        CheckAddress(template);
        CheckRest(template);
        template.AtMost("labels", MaxLabels);
        template.TextMap("labels");
        template.Done();
    }

    /// <summary>Reads the ports by their names.</summary>
    public static IReadOnlyDictionary<string, int> ReadPorts(YamlFields entry)
    {
        entry.AtMost("ports", MaxPorts);
        return entry.Map("ports", (fields, name) =>
        {
            if (!NameRules.IsDnsLabel(name) || name.Length > MaxPortName)
                fields.Report(name, $"'{name}' is no port's name");

            return fields.Whole(name, 1, 65535) ?? 0;
        });
    }

    /// <summary>Checks the address as the schema does: how long it is, and that of a Unix domain socket.</summary>
    public static void CheckAddress(YamlFields entry)
    {
        var address = entry.Text("address") ?? "";
        if (address.Length > MaxAddress)
            entry.Report("address", $"must not be longer than {MaxAddress} characters");

        if (!AddressRules.IsUnix(address))
            return;

        if (AddressRules.UnixPath(address) is { } problem)
            entry.Report("address", problem);

        if (entry.Has("ports"))
            entry.Report("ports", "must not be given: a Unix domain socket has none");
    }

    /// <summary>Checks the fields whose values are of no further interest; ports among them.</summary>
    public static void CheckRest(YamlFields entry)
    {
        ReadPorts(entry);
        entry.Count("weight");
        entry.Text("network", text => TooLong(text, MaxText));
        entry.Text("locality", text => TooLong(text, MaxText));
        entry.Text("serviceAccount", text => TooLong(text, MaxAccount));
    }

    private static string? TooLong(string text, int length) => text.Length > length ? $"must not be longer than {length} characters" : null;
}
