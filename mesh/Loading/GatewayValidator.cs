namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidateGateway and validateServer (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class GatewayValidator
{
    public static void Check(string name, YamlFields spec)
    {
        if (!NameRules.IsDnsLabel(name))
            spec.Report(null, $"belongs to a Gateway called '{name}', which is no name of one");

        if (spec.IsEmptyList("servers"))
            spec.Report("servers", "has to have at least one server");

        var names = new HashSet<string>();
        foreach (var server in spec.Objects("servers"))
            CheckServer(server, names);

        spec.TextMap("selector");
        spec.Done();
    }

    private static void CheckServer(YamlFields server, HashSet<string> names)
    {
        server.Texts("hosts", host => HostRules.InNamespace(host, isGateway: true));
        if (server.IsEmptyList("hosts"))
            server.Report("hosts", "has to name at least one host");

        var bind = server.Text("bind", address =>
            address.Length == 0 ? null
            : AddressRules.IsUnix(address) ? AddressRules.UnixPath(address)
            : AddressRules.Ip(address)) ?? "";
        var protocol = "";
        if (server.Object("port") is { } port)
            protocol = CheckPort(port, AddressRules.IsUnix(bind), names);
        else if (!server.Has("port"))
            server.Report("port", "is missing");

        if (server.Object("tls") is { } tls)
            CheckTls(tls, protocol);
        else if (Protocols.IsTls(protocol))
            server.Report("tls", $"is missing: protocol {protocol} needs it");

        server.Text("defaultEndpoint");
        server.Text("name");
        server.Done();
    }

    private static string CheckPort(YamlFields port, bool isUnix, HashSet<string> names)
    {
        if (port.Whole("number", isUnix ? 0 : 1, isUnix ? 0 : 65535) is null && !port.Has("number"))
            port.Report("number", "is missing");

        if (port.RequiredText("name") is { } name && !names.Add(name))
            port.Report("name", $"'{name}' is given to two servers");

        if (port.Count("targetPort") > 0)
            port.Report("targetPort", "has no effect on Gateways");

        var protocol = port.RequiredText("protocol") ?? "";
        if (protocol.Length > 0 && !Protocols.IsKnown(protocol))
            port.Report("protocol", $"'{protocol}' is no protocol that Istio knows");

        port.Done();
        return protocol;
    }

    // A server of plain HTTP may have a redirect to HTTPS, and nothing else.
    private static void CheckTls(YamlFields tls, string protocol)
    {
        var mode = ServerTlsValidator.Check(tls);
        if (!Protocols.IsKnown(protocol) || Protocols.IsTls(protocol))
            return;

        if (!Protocols.IsHttp(protocol) || mode is not ("PASSTHROUGH" or "AUTO_PASSTHROUGH")
            || ServerTlsValidator.IsSet(tls, "caCertificates") || ServerTlsValidator.IsSet(tls, "privateKey")
            || ServerTlsValidator.IsSet(tls, "serverCertificate"))
            tls.Report(null, $"cannot be given with protocol {protocol}, a redirect from HTTP to HTTPS apart");
    }
}
