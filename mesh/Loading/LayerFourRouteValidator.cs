namespace MessageBoard.Mesh.Loading;

/// <summary>
/// The <c>tcp</c> and <c>tls</c> routes of a VirtualService, which are not carried out: Istio's validateTCPRoute and validateTLSRoute
/// (pkg/config/validation/validation.go) and the schema of its CRD.
/// </summary>
internal static class LayerFourRouteValidator
{
    /// <summary>Whether a VirtualService looks at the names that TLS clients ask for.</summary>
    public static bool HasSniHosts(YamlFields spec) =>
        spec.Objects("tls").Any(route => route.Objects("match").Any(match => !match.IsEmptyList("sniHosts")));

    public static void Check(YamlFields spec, IReadOnlyList<string> hosts, bool isForGateway)
    {
        foreach (var route in spec.Objects("tcp"))
        {
            foreach (var match in route.Objects("match"))
            {
                match.Text("sourceSubnet");
                CheckMatch(match);
            }

            CheckDestinations(route);
        }

        foreach (var route in spec.Objects("tls"))
        {
            if (route.IsEmptyList("match"))
                route.Report("match", "has to have at least one item");

            foreach (var match in route.Objects("match"))
            {
                match.Texts("sniHosts", host => SniProblem(host, hosts, isForGateway));
                if (match.IsEmptyList("sniHosts"))
                    match.Report("sniHosts", "has to name at least one host");

                CheckMatch(match);
            }

            CheckDestinations(route);
        }
    }

    private static void CheckMatch(YamlFields match)
    {
        match.Texts("destinationSubnets", AddressRules.Subnet);
        match.Whole("port", 0, 65535);
        NameRules.ReadLabels(match, "sourceLabels");
        NameRules.ReadGateways(match);
        match.Text("sourceNamespace");
        match.Done();
    }

    private static void CheckDestinations(YamlFields route)
    {
        if (route.IsEmptyList("route"))
            route.Report("route", "has to have at least one destination");

        var weights = new List<long>();
        foreach (var destination in route.Objects("route"))
        {
            DestinationReader.ReadRequired(destination, "destination");
            weights.Add(destination.Whole("weight", 0, int.MaxValue) ?? 0);
            destination.Done();
        }

        if (weights.Count > 1 && weights.Sum() == 0)
            route.Report("route", "has weights that add up to 0");

        route.Done();
    }

    // validateSniHost; of an address Istio only warns.
    private static string? SniProblem(string host, IReadOnlyList<string> hosts, bool isForGateway)
    {
        if (!HostRules.IsWildcardDomain(host) && !(isForGateway && HostRules.IsIstiosSni(host)))
            return AddressRules.IsIp(host) ? null : $"'{host}' is no host name; a '*' may stand alone or begin its first label";

        return hosts.Any(other => HostRules.IsSubset(host, other)) ? null : $"'{host}' is none of the VirtualService's hosts";
    }
}
