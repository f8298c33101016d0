namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Istio's ValidateWorkloadGroup and validateReadinessProbe (pkg/config/validation/validation.go) and the schema of its CRD.
/// </summary>
internal static class WorkloadGroupValidator
{
    private const int MaxEntries = 256;

    private static readonly string[] Methods = ["httpGet", "tcpSocket", "exec", "grpc"];

    public static void Check(YamlFields spec)
    {
        if (spec.Object("metadata") is { } metadata)
        {
            metadata.AtMost("labels", MaxEntries);
            metadata.AtMost("annotations", MaxEntries);
            NameRules.ReadLabels(metadata, "labels");
            metadata.TextMap("annotations");
            metadata.Done();
        }

        if (spec.Object("template") is { } template)
            WorkloadEntryRules.CheckTemplate(template);
        else if (!spec.Has("template"))
            spec.Report("template", "is missing");

        if (spec.Object("probe") is { } probe)
            CheckProbe(probe);

        spec.Done();
    }

    private static void CheckProbe(YamlFields probe)
    {
        foreach (var name in (ReadOnlySpan<string>)
            ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
            probe.Whole(name, 0, int.MaxValue);

        // The webhook knows no grpc, though the schema does.
        if (Methods.Count(probe.Has) != 1 || probe.Has("grpc"))
            probe.Report(null, "has to have one of httpGet, tcpSocket and exec");

        if (probe.Object("httpGet") is { } get)
            CheckHttp(get);

        if (probe.Object("tcpSocket") is { } socket)
        {
            RequirePort(socket);
            socket.Text("host");
            socket.Done();
        }

        if (probe.Object("exec") is { } exec)
        {
            if (exec.Texts("command").Count == 0 && exec.IsEmptyList("command"))
                exec.Report("command", "has to have at least one item");

            exec.Done();
        }

        probe.Ignore("grpc");
        probe.Done();
    }

    private static void CheckHttp(YamlFields get)
    {
        RequirePort(get);
        get.Text("host");
        get.Text("path");
        get.Text("scheme", scheme => scheme is "" or "HTTP" or "HTTPS" ? null : "has to be HTTP or HTTPS");
        foreach (var header in get.Objects("httpHeaders"))
        {
            // The webhook has no '_', the schema no name that is empty.
            if (header.RequiredText("name") is { } name && (!NameRules.IsStrictHeaderName(name) || name.Contains('_')))
                header.Report("name", $"'{name}' is no header name: letters, digits and '-'");

            header.Text("value");
            header.Done();
        }

        get.Done();
    }

    private static void RequirePort(YamlFields fields)
    {
        if (fields.Whole("port", 1, 65535) is null && !fields.Has("port"))
            fields.Report("port", "is missing");
    }
}
