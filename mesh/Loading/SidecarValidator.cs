namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidateSidecar (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class SidecarValidator
{
    private const int MaxLabels = 256;

    public static void Check(YamlFields spec)
    {
        if (spec.Object("workloadSelector") is { } selector)
        {
            selector.AtMost("labels", MaxLabels);
            NameRules.ReadSelector(selector, "labels");
            selector.Done();
        }

        if (spec.IsEmptyList("egress") && spec.IsEmptyList("ingress") && !spec.Has("outboundTrafficPolicy")
            && !spec.Has("inboundConnectionPool"))
            spec.Report(null, "has to have egress, ingress, outboundTrafficPolicy or inboundConnectionPool");

        var ports = new HashSet<int>();
        foreach (var listener in spec.Objects("ingress"))
            CheckIngress(listener, ports);

        CheckEgress(spec);
        ConnectionPoolReader.Read(spec, "inboundConnectionPool");
        if (spec.Object("outboundTrafficPolicy") is { } policy)
            CheckOutbound(policy);

        spec.Done();
    }

    private static void CheckIngress(YamlFields listener, HashSet<int> ports)
    {
        var protocol = "";
        var bind = listener.Text("bind") ?? "";
        if (listener.Object("port") is { } port)
        {
            if (port.Whole("number", 1, 65535) is not { } number)
            {
                if (!port.Has("number"))
                    port.Report("number", "is missing");
            }
            else if (!ports.Add(number))
            {
                port.Report("number", $"{number} is given to two listeners");
            }

            protocol = CheckPort(port);
        }
        else if (!listener.Has("port"))
        {
            listener.Report("port", "is missing");
        }

        if (bind.Length > 0 && AddressRules.Ip(bind) is { } problem)
            listener.Report("bind", problem);

        listener.Word("captureMode", "DEFAULT", "IPTABLES", "NONE");
        listener.Text("defaultEndpoint", EndpointProblem);
        if (listener.Object("tls") is { } tls)
            CheckTls(tls, protocol);

        ConnectionPoolReader.Read(listener, "connectionPool");
        listener.Done();
    }

    private static void CheckTls(YamlFields tls, string protocol)
    {
        foreach (var name in (ReadOnlySpan<string>)["subjectAltNames", "credentialName", "credentialNames", "tlsCertificates"])
        {
            if (ServerTlsValidator.IsSet(tls, name))
                tls.Report(name, "is not supported for a Sidecar");
        }

        if (tls.Flag("httpsRedirect"))
            tls.Report("httpsRedirect", "is not supported for a Sidecar");

        if (ServerTlsValidator.Check(tls) is ("ISTIO_MUTUAL" or "AUTO_PASSTHROUGH") and var mode)
            tls.Report("mode", $"cannot be {mode} for a Sidecar");

        if (!Protocols.IsTls(protocol))
            tls.Report(null, "is for protocols HTTPS and TLS only");
    }

    private static void CheckEgress(YamlFields spec)
    {
        var (ports, sockets) = (new HashSet<int>(), new HashSet<string>());
        var listeners = spec.Objects("egress");
        foreach (var listener in listeners)
        {
            var bind = listener.Text("bind") ?? "";
            var capture = listener.Word("captureMode", "DEFAULT", "IPTABLES", "NONE");
            if (listener.Object("port") is { } port)
                CheckEgressPort(listener, port, bind, capture, ports, sockets);
            else if (!listener.Has("port") && listener != listeners[^1])
                listener.Report("port", "is missing: only the last listener is for all ports that are left");

            listener.Texts("hosts", host => HostRules.InNamespace(host, isGateway: false));
            if (listener.IsEmptyList("hosts"))
                listener.Report("hosts", "has to name at least one host");

            listener.Done();
        }
    }

    // Port 0 is a Unix domain socket.
    private static void CheckEgressPort(
        YamlFields listener, YamlFields port, string bind, string? capture, HashSet<int> ports, HashSet<string> sockets)
    {
        var number = port.Whole("number", 0, 65535) ?? (port.Has("number") ? -1 : 0);
        CheckPort(port);
        if (number == 0)
        {
            if (!AddressRules.IsUnix(bind))
                listener.Report("bind", $"has to be a Unix domain socket, {AddressRules.Unix}PATH, where the port is 0");
            else if (AddressRules.UnixPath(bind) is { } problem)
                listener.Report("bind", problem);

            if (capture is "IPTABLES")
                listener.Report("captureMode", "has to be DEFAULT or NONE for a Unix domain socket");

            if (!sockets.Add(bind))
                listener.Report("bind", $"'{bind}' is given to two listeners");
        }
        else if (number > 0)
        {
            if (bind.Length > 0 && AddressRules.Ip(bind) is { } problem)
                listener.Report("bind", problem);

            if (!ports.Add(number))
                port.Report("number", $"{number} is given to two listeners");
        }
    }

    private static string CheckPort(YamlFields port)
    {
        if (port.FilledText("name") is { } name && !NameRules.IsDnsLabel(name))
            port.Report("name", $"'{name}' is no port's name");

        var protocol = port.Text("protocol", text =>
            text.Length == 0 || Protocols.IsKnown(text) ? null : $"'{text}' is no protocol that Istio knows") ?? "";
        if (port.Count("targetPort") > 0)
            port.Report("targetPort", "has no effect on Sidecars");

        port.Done();
        return protocol;
    }

    // 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT, :PORT or unix://PATH.
    private static string? EndpointProblem(string endpoint)
    {
        if (endpoint.Length == 0)
            return null;

        if (AddressRules.IsUnix(endpoint))
            return AddressRules.UnixPath(endpoint);

        var colon = endpoint.LastIndexOf(':');
        return colon >= 0 && endpoint[..colon] is "" or "127.0.0.1" or "0.0.0.0" or "[::1]" or "[::]"
            && ushort.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? null
            : $"'{endpoint}' has to be 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT, :PORT or {AddressRules.Unix}PATH";
    }

    private static void CheckOutbound(YamlFields policy)
    {
        var mode = policy.Word("mode", "REGISTRY_ONLY", "ALLOW_ANY");
        if (DestinationReader.Read(policy, "egressProxy") is { } proxy)
        {
            if (mode is not "ALLOW_ANY")
                policy.Report("egressProxy", "is for mode ALLOW_ANY only");

            if (proxy.Host.Length > 0 && !HostRules.IsFqdn(proxy.Host))
                policy.Report("egressProxy", $"'{proxy.Host}' has to be a full host name without wildcards");

            if (proxy.Port is null)
                policy.Report("egressProxy", "has to have a port");
        }

        policy.Done();
    }
}
