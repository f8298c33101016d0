namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidatePeerAuthentication (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class PeerAuthenticationValidator
{
    public static void Check(YamlFields spec)
    {
        var labels = PolicyTargetReader.ReadSelector(spec, "selector");
        if (spec.Object("mtls") is { } mtls)
            CheckMode(mtls);

        var ports = spec.Entries("portLevelMtls", (fields, port) =>
        {
            if (fields.Object(port) is { } ofPort)
                CheckMode(ofPort);
            else if (!fields.Has(port))
                fields.Report(port, "has to be a mapping");

            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                fields.Report(port, "has to be a port from 1 to 65535");

            return port;
        });

        if (spec.Has("portLevelMtls") && (ports.Count == 0 || labels.Count == 0))
            spec.Report("portLevelMtls", ports.Count == 0 ? "must not be empty" : "has to have a selector with labels beside it");

        spec.Done();
    }

    private static void CheckMode(YamlFields mtls)
    {
        mtls.Word("mode", "UNSET", "DISABLE", "PERMISSIVE", "STRICT");
        mtls.Done();
    }
}
