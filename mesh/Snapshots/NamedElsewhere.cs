namespace MessageBoard.Mesh.Snapshots;

/// <summary>
/// Whoever gives no service or no subset at all has them elsewhere, in Kubernetes or in other files: what is named stands for them.
/// </summary>
internal static class NamedElsewhere
{
    /// <summary>The services and subsets that these resources name, as far as none of them gives any.</summary>
    public static IEnumerable<IMeshResource> Of(IReadOnlyList<IMeshResource> resources)
    {
        var withoutServices = !resources.OfType<ServiceEntry>().Any();
        var withoutRules = !resources.OfType<DestinationRule>().Any();
        var named = from service in resources.OfType<VirtualService>()
                    from route in service.Http
                    from destination in route.Destinations.Select(destination => destination.Destination)
                        .Concat(route.Mirrors.Select(mirror => mirror.Destination))
                    group destination by HostNames.FullName(destination.Host, service.Key.Namespace);

        foreach (var host in named)
        {
            var key = new ResourceKey("", "", host.Key);
            if (withoutServices)
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
}
