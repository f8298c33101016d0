namespace MessageBoard.Mesh.Loading;

internal static class VirtualServiceReader
{
    public static VirtualService Read(ResourceKey key, string file, YamlFields spec)
    {
        var gateways = NameRules.ReadGateways(spec);
        var isForGateway = gateways.Count > 0 && !gateways.Contains(MeshProxy.Mesh);
        var hosts = ReadHosts(spec, isForGateway);
        var http = spec.Objects("http");

        // Without hosts it is one that others delegate to.
        var isDelegate = spec.IsEmptyList("hosts");
        foreach (var field in isDelegate ? (ReadOnlySpan<string>)["gateways", "tls", "tcp"] : [])
        {
            if (!spec.IsEmptyList(field))
                spec.Report(field, "cannot stand in a VirtualService without hosts, which others delegate to");
        }

        if (spec.IsEmptyList("http") && spec.IsEmptyList("tls") && spec.IsEmptyList("tcp"))
            spec.Report("http", "has to have at least one route");

        var service = new VirtualService(
            key, file, hosts,
            gateways.Count == 0 ? [MeshProxy.Mesh] : [.. gateways.Select(gateway => NameRules.GatewayName(gateway, key.Namespace))],
            [.. http.Select(route => HttpRouteReader.Read(route, key.Namespace, isDelegate))])
        {
            ExportTo = NameRules.ReadExportTo(spec, key.Namespace),
        };
        if (!isForGateway)
            CheckClaims(spec, service);

        LayerFourRouteValidator.Check(spec, hosts, isForGateway);
        spec.Done("tls", "tcp");
        return service;
    }

    private static IReadOnlyList<string> ReadHosts(YamlFields spec, bool isForGateway)
    {
        var mayBeIstiosSni = isForGateway && LayerFourRouteValidator.HasSniHosts(spec);
        var hosts = spec.Texts("hosts", host =>
            host == "*" && !isForGateway ? "'*' is only for gateways, and this one is bound to the mesh"
            : HostRules.IsWildcardDomain(host) || AddressRules.IsIp(host) || (mayBeIstiosSni && HostRules.IsIstiosSni(host)) ? null
            : $"'{host}' is no host name; a '*' may stand alone or begin the first label");
        if (HostRules.Overlap(hosts) is var (one, other))
            spec.Report("hosts", one == other ? "has the same host twice" : $"'{other}' is covered by '{one}'");

        return hosts;
    }

    private static void CheckClaims(YamlFields spec, VirtualService service)
    {
        foreach (var match in service.Http.SelectMany(route => route.Matches))
        {
            foreach (var (name, _) in match.Headers.Concat(match.WithoutHeaders).Where(header => HttpMatchReader.IsClaim(header.Key)))
                spec.Report("http", $"has the claim {name}, which is for gateways only");
        }
    }
}
