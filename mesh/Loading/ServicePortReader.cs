namespace MessageBoard.Mesh.Loading;

/// <summary>Reads the ports of a ServiceEntry.</summary>
internal static class ServicePortReader
{
    // Those that Istio knows, in pkg/config/protocol/instance.go; without regard to case.
    private static readonly Dictionary<string, PortProtocol> Protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = PortProtocol.Http,
        ["HTTP"] = PortProtocol.Http,
        ["HTTP_PROXY"] = PortProtocol.Http,
        ["HTTP2"] = PortProtocol.Http2,
        ["GRPC"] = PortProtocol.Http2,
        ["GRPC-WEB"] = PortProtocol.Http2,
        ["HTTPS"] = PortProtocol.Opaque,
        ["TLS"] = PortProtocol.Opaque,
        ["TCP"] = PortProtocol.Opaque,
        ["UDP"] = PortProtocol.Opaque,
        ["MONGO"] = PortProtocol.Opaque,
        ["REDIS"] = PortProtocol.Opaque,
        ["MYSQL"] = PortProtocol.Opaque,
    };

    // By what one tells the hosts of such a port apart.
    private static readonly string[] NamingTheirHost = ["HTTP", "HTTP_PROXY", "HTTP2", "GRPC", "GRPC-WEB", "HTTPS", "TLS"];

    /// <summary>The protocol that a word stands for; what Istio does not know it finds out for itself, as HTTP.</summary>
    public static PortProtocol ProtocolOf(string word) => Protocols.GetValueOrDefault(word);

    /// <summary>Reads them.</summary>
    /// <param name="spec">The ServiceEntry.</param>
    /// <param name="severalHosts">Whether several hosts share the endpoints.</param>
    public static IReadOnlyList<ServicePort> Read(YamlFields spec, bool severalHosts)
    {
        var (names, numbers) = (new HashSet<string>(), new HashSet<int>());
        return [.. spec.Objects("ports").Select(port => Read(port, names, numbers, severalHosts))];
    }

    private static ServicePort Read(YamlFields port, HashSet<string> names, HashSet<int> numbers, bool severalHosts)
    {
        var (number, name) = (port.Whole("number", 1, 65535) ?? 0, port.RequiredText("name") ?? "");
        if (!port.Has("number"))
            port.Report("number", "is missing");
        else if (number > 0 && !numbers.Add(number))
            port.Report("number", $"{number} is given to two ports");

        if (name.Length > 0 && !NameRules.IsDnsLabel(name))
            port.Report("name", $"'{name}' is no port's name");
        else if (name.Length > 0 && !names.Add(name))
            port.Report("name", $"'{name}' is given to two ports");

        var word = port.Text("protocol") ?? "";
        if (!Protocols.TryGetValue(word, out var protocol))
            port.Report("protocol", $"'{word}' is no protocol that Istio knows");
        else if (severalHosts && !NamingTheirHost.Contains(word, StringComparer.OrdinalIgnoreCase))
            port.Report(word.Length > 0 ? "protocol" : null, "has to be one of HTTP or TLS where the service has several hosts");
        else if (protocol == PortProtocol.Opaque && !NamingTheirHost.Contains(word, StringComparer.OrdinalIgnoreCase))
            port.Note("protocol", $"{word} is not carried out by the local mesh: only HTTP requests are sent there");

        var target = port.Whole("targetPort", 1, 65535);
        port.Done();
        return new(number, name) { Protocol = protocol, TargetPort = target };
    }
}
