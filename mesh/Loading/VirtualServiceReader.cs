namespace MessageBoard.Mesh.Loading;

internal static class VirtualServiceReader
{
    public static VirtualService Read(ResourceKey key, string file, YamlFields spec)
    {
        var hosts = spec.Texts("hosts", NameRules.Host);
        var gateways = spec.Texts("gateways", NameRules.Gateway);
        var http = spec.Objects("http");

        if (spec.IsEmptyList("hosts"))
            spec.Report("hosts", "has to name at least one host: a VirtualService to delegate to is not carried out by the local mesh");

        if (spec.IsEmptyList("http") && spec.IsEmptyList("tls") && spec.IsEmptyList("tcp"))
            spec.Report("http", "has to have at least one route");

        if ((gateways.Count == 0 || gateways.Contains(MeshProxy.Mesh)) && hosts.Contains("*"))
            spec.Report("hosts", "'*' is only for gateways, and this one is bound to the mesh");

        CheckOverlap(spec, hosts);
        var service = new VirtualService(
            key, file, hosts,
            gateways.Count == 0 ? [MeshProxy.Mesh] : [.. gateways.Select(gateway => NameRules.GatewayName(gateway, key.Namespace))],
            [.. http.Select(route => HttpRouteReader.Read(route, key.Namespace))]);
        NameRules.NoteExportTo(spec, key.Namespace);
        spec.Done("tls", "tcp");
        return service;
    }

    // A host must not be there twice, nor be covered by a wildcard of the same resource.
    private static void CheckOverlap(YamlFields spec, IReadOnlyList<string> hosts)
    {
        var names = hosts.ToHashSet();
        if (names.Count < hosts.Count)
            spec.Report("hosts", "has the same host twice");
        else if (hosts.FirstOrDefault(host => Wildcards(host).Any(names.Contains)) is { } covered)
            spec.Report("hosts", $"'{covered}' is covered by another one of them");
    }

    // All that cover a host, but itself.
    private static IEnumerable<string> Wildcards(string host)
    {
        if (host == "*")
            yield break;

        yield return "*";
        for (var dot = host.IndexOf('.', host.StartsWith('*') ? 2 : 0); dot >= 0; dot = host.IndexOf('.', dot + 1))
            yield return $"*{host[dot..]}";
    }
}
