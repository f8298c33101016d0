using MessageBoard.Mesh.GatewayApi;

namespace MessageBoard.Mesh.Snapshots;

/// <summary>
/// Whoever gives no service or no subset at all has them elsewhere, in Kubernetes or in other files: what is named stands for them.
/// </summary>
internal static class NamedElsewhere
{
    /// <summary>The services and subsets that these resources name, as far as none of them gives any.</summary>
    public static IEnumerable<IMeshResource> Of(IReadOnlyList<IMeshResource> resources)
    {
        // Who gives a namespace's services gives all of them; who gives one outside has said nothing of those inside.
        var domains = resources.OfType<ServiceEntry>().SelectMany(service => service.Hosts).Select(DomainOf)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var withoutRules = !resources.OfType<DestinationRule>().Any();
        var named = from destination in DestinationsOf(resources)
                    group destination by destination.Host;

        foreach (var host in named)
        {
            var key = new ResourceKey("", "", host.Key);
            if (!domains.Contains(DomainOf(host.Key)))
                yield return new ServiceEntry(
                    key, "", [host.Key],
                    [.. host.Select(destination => destination.Port ?? 80).Distinct().Select(port => new ServicePort(port, "http"))],
                    new Dictionary<string, string>());

            if (withoutRules)
                yield return new DestinationRule(key with { Kind = "DestinationRule" }, "", host.Key, null, [.. host
                    .Select(destination => destination.Subset)
                    .OfType<string>()
                    .Distinct()
                    .Select(subset => new Subset(subset, new Dictionary<string, string>(), null))]);
        }
    }

    // With their full names. What an HTTPRoute is bound to is a service, too.
    private static IEnumerable<Destination> DestinationsOf(IReadOnlyList<IMeshResource> resources)
    {
        foreach (var service in resources.OfType<VirtualService>())
        {
            foreach (var destination in service.Http.SelectMany(DestinationsOf))
                yield return destination with { Host = HostNames.FullName(destination.Host, service.Key.Namespace) };
        }

        foreach (var route in resources.OfType<GatewayHttpRoute>())
        {
            foreach (var parent in route.Parents.Where(parent => parent.Kind == ParentKind.Service))
                yield return new(HostNames.FullName(parent.Name, parent.Namespace), null, parent.Port);

            foreach (var destination in route.Rules.SelectMany(DestinationsOf))
                yield return destination;
        }
    }

    private static IEnumerable<Destination> DestinationsOf(HttpRoute route) =>
        route.Destinations.Select(destination => destination.Destination).Concat(route.Mirrors.Select(mirror => mirror.Destination));

    private static string DomainOf(string host) => host[(host.IndexOf('.') + 1)..];
}
