using MessageBoard.Mesh;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>Destinations of rules.</summary>
internal static class DestinationWarnings
{
    public static IEnumerable<Warning> Find(GivenMesh mesh)
    {
        var services = ServicesByHost(mesh);
        var inMesh = WithSubsets(mesh).ToLookup(found => found.Host, found => found.Service, StringComparer.OrdinalIgnoreCase);
        foreach (var service in mesh.Resources.OfType<VirtualService>())
        {
            if (mesh.Find(service.File, service.Key) is not { } document)
                continue;

            foreach (var (destination, path, isMirror) in Destinations(service))
            {
                var host = HostNames.FullName(destination.Host, service.Key.Namespace);
                if (destination.Port is null && services.TryGetValue(host, out var called) && called.Ports.Count > 1)
                    yield return document.At(
                        path, "IST0112",
                        $"names no port, and '{host}' has {string.Join(", ", called.Ports.Select(port => port.Number))}: it is called at "
                        + "the one that the caller addresses");

                // As an ingress' routes are its own.
                if (!isMirror && destination.Subset is null && !service.Gateways.Contains(MeshProxy.Mesh)
                    && inMesh[host].FirstOrDefault(other => other != service) is { } other)
                    yield return document.At(
                        path, "IST0140", $"goes to all of '{host}': the subsets of {other.Key} ({other.File}) have no effect at a gateway");
            }
        }
    }

    /// <summary>The known services by their full names.</summary>
    public static Dictionary<string, ServiceEntry> ServicesByHost(GivenMesh mesh)
    {
        var services = new Dictionary<string, ServiceEntry>(StringComparer.OrdinalIgnoreCase);
        foreach (var service in mesh.Resources.OfType<ServiceEntry>().Concat(mesh.Services))
        {
            foreach (var host in service.Hosts)
                services.TryAdd(host, service);
        }

        return services;
    }

    private static IEnumerable<(Destination Destination, FieldPath Path, bool IsMirror)> Destinations(VirtualService service) =>
        from rule in service.Http.Index()
        let path = FieldPath.Spec["http"][rule.Index]
        from found in rule.Item.Destinations.Index()
            .Select(to => (to.Item.Destination, path["route"][to.Index]["destination"], false))
            .Concat(rule.Item.Mirrors.Index().Select(to => (to.Item.Destination, path["mirrors"][to.Index], true)))
        select found;

    // VirtualServices that split their own host into subsets.
    private static IEnumerable<(string Host, VirtualService Service)> WithSubsets(GivenMesh mesh) =>
        from service in mesh.Resources.OfType<VirtualService>()
        let hosts = service.Hosts.Select(host => HostNames.FullName(host, service.Key.Namespace)).ToArray()
        from host in service.Http.SelectMany(rule => rule.Destinations)
            .Where(to => to.Destination.Subset is not null)
            .Select(to => HostNames.FullName(to.Destination.Host, service.Key.Namespace))
            .Distinct()
        where hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        select (host, service);
}
