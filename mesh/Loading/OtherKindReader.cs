namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Checks Istio's kinds that steer nothing on one machine: the fields at the top of their <c>spec</c>, and what they cannot do without.
/// </summary>
internal static class OtherKindReader
{
    public static void Check(string kind, string name, YamlFields spec)
    {
        switch (kind)
        {
            case "Gateway":
                CheckGateway(name, spec);
                break;
            case "PeerAuthentication":
                CheckPeerAuthentication(spec);
                break;
            case "RequestAuthentication":
                RequestAuthenticationReader.Check(spec);
                break;
            case "Sidecar":
                if (!spec.Has("egress") && !spec.Has("ingress") && !spec.Has("outboundTrafficPolicy") && !spec.Has("inboundConnectionPool"))
                    spec.Report(null, "has to have egress, ingress, outboundTrafficPolicy or inboundConnectionPool");

                Finish(spec, "egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool", "workloadSelector");
                break;
            case "EnvoyFilter":
                Finish(spec, "configPatches", "priority", "targetRefs", "workloadSelector");
                break;
            case "ProxyConfig":
                PolicyTargetReader.Read(spec);
                spec.Whole("concurrency", 0, int.MaxValue);
                Finish(spec, "environmentVariables", "image");
                break;
            case "WorkloadGroup":
                if (spec.Object("template") is null && !spec.Has("template"))
                    spec.Report("template", "is missing");

                Finish(spec, "metadata", "probe");
                break;
            case "Telemetry":
                PolicyTargetReader.Read(spec);
                Finish(spec, "accessLogging", "metrics", "tracing", "targetRef", "targetRefs");
                break;
            case "WasmPlugin":
                PolicyTargetReader.Read(spec);
                spec.RequiredText("url");
                Finish(
                    spec, "failStrategy", "imagePullPolicy", "imagePullSecret", "match", "phase", "pluginConfig", "pluginName", "priority",
                    "sha256",
                    "targetRef", "targetRefs", "type", "verificationKey", "vmConfig");
                break;
            default: // TrafficExtension
                PolicyTargetReader.Read(spec);
                if (spec.Has("wasm") == spec.Has("lua"))
                    spec.Report(null, "has to have one of wasm and lua");

                Finish(spec, "lua", "match", "phase", "priority", "targetRefs", "wasm");
                break;
        }
    }

    private static void CheckGateway(string name, YamlFields spec)
    {
        if (!NameRules.IsDnsLabel(name))
            spec.Report(null, $"belongs to a Gateway called '{name}', which is no name of one");

        if (spec.IsEmptyList("servers"))
            spec.Report("servers", "has to have at least one server");

        var names = new HashSet<string>();
        foreach (var server in spec.Objects("servers"))
        {
            server.Texts("hosts");
            if (server.IsEmptyList("hosts"))
                server.Report("hosts", "has to name at least one host");

            if (server.Object("port") is { } port)
            {
                if (port.Whole("number", 1, 65535) is null && !port.Has("number"))
                    port.Report("number", "is missing");

                port.RequiredText("protocol");
                if (port.RequiredText("name") is { } portName && !names.Add(portName))
                    port.Report("name", $"'{portName}' is given to two servers");

                Finish(port, "targetPort");
            }
            else if (!server.Has("port"))
            {
                server.Report("port", "is missing");
            }

            Finish(server, "bind", "defaultEndpoint", "name", "tls");
        }

        spec.TextMap("selector");
        spec.Done();
    }

    private static void CheckPeerAuthentication(YamlFields spec)
    {
        var selector = PolicyTargetReader.Read(spec);
        if (spec.Object("mtls") is { } mtls)
            CheckMode(mtls);

        var ports = spec.Entries("portLevelMtls", (fields, port) =>
        {
            if (fields.Object(port) is { } ofPort)
                CheckMode(ofPort);

            if (!ushort.TryParse(port, out var number) || number == 0)
                fields.Report(port, "has to be a port from 1 to 65535");

            return port;
        });

        if (spec.Has("portLevelMtls") && (ports.Count == 0 || selector.Count == 0))
            spec.Report("portLevelMtls", ports.Count == 0 ? "must not be empty" : "has to have a selector with labels beside it");

        spec.Done();
    }

    private static void CheckMode(YamlFields mtls)
    {
        mtls.Word("mode", "UNSET", "DISABLE", "PERMISSIVE", "STRICT");
        mtls.Done();
    }

    // What is not looked into, and what nobody knows.
    private static void Finish(YamlFields fields, params ReadOnlySpan<string> known)
    {
        foreach (var name in known)
            fields.Ignore(name);

        fields.Done();
    }
}
