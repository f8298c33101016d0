namespace MessageBoard.Mesh.Loading;

/// <summary>
/// What Istio asks of a WorkloadEntry, alone, as an endpoint of a ServiceEntry or as the template of a WorkloadGroup:
/// validateWorkloadEntry (pkg/config/validation/validation.go) and the schema of its CRD.
/// </summary>
internal static class WorkloadEntryRules
{
    /// <summary>The length of a port's name, in characters.</summary>
    public const int MaxPortName = 62;

    private const int MaxAddress = 256, MaxPorts = 128, MaxLabels = 256, MaxText = 2048, MaxAccount = 253;

    /// <summary>Checks the template of a group, of which the webhook looks at nothing.</summary>
    public static void CheckTemplate(YamlFields template)
    {
        CheckSizes(template);
        template.Map("ports", (fields, name) =>
        {
            if (!NameRules.IsDnsLabel(name) || name.Length > MaxPortName)
                fields.Report(name, $"'{name}' is no port's name");

            return fields.Whole(name, 1, 65535) ?? 0;
        });
        if (template.FilledText("address") is { } address && AddressRules.IsUnix(address))
        {
            if (AddressRules.UnixPath(address) is { } problem)
                template.Report("address", problem);

            if (template.Has("ports"))
                template.Report("ports", "must not be given: a Unix domain socket has none");
        }

        template.Count("weight");
        template.TextMap("labels");
        template.Done();
    }

    /// <summary>Checks how long texts, and how large labels and ports are.</summary>
    public static void CheckSizes(YamlFields entry)
    {
        entry.AtMost("ports", MaxPorts);
        entry.AtMost("labels", MaxLabels);
        entry.Text("address", text => TooLong(text, MaxAddress));
        entry.Text("network", text => TooLong(text, MaxText));
        entry.Text("locality", text => TooLong(text, MaxText));
        entry.Text("serviceAccount", text => TooLong(text, MaxAccount));
    }

    private static string? TooLong(string text, int length) => text.Length > length ? $"must not be longer than {length} characters" : null;
}
