using MessageBoard.Mesh;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using static MessageBoard.MeshCheck.Given.GivenDocument;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>Gateways, and the VirtualServices that are bound to them.</summary>
internal static class GatewayWarnings
{
    public static IEnumerable<Warning> Find(GivenMesh mesh)
    {
        var gateways = mesh.Documents.Where(document => document.Key.Kind == "Gateway").DistinctBy(document => document.Key)
            .ToDictionary(gateway => $"{gateway.Key.Namespace}/{gateway.Key.Name}");
        return gateways.Count == 0 ? [] : Bindings(mesh, gateways).Concat(Conflicts(gateways));
    }

    private static IEnumerable<Warning> Bindings(GivenMesh mesh, Dictionary<string, GivenDocument> gateways)
    {
        foreach (var service in mesh.Resources.OfType<VirtualService>())
        {
            if (mesh.Find(service.File, service.Key) is not { } document)
                continue;

            foreach (var (i, name) in service.Gateways.Index().Where(gateway => gateway.Item != MeshProxy.Mesh))
            {
                var path = FieldPath.Spec["gateways"][i];
                if (!gateways.TryGetValue(name, out var gateway))
                    yield return document.At(path, "IST0101", $"'{name}' is not there");
                else if (!Hosts(gateway, service.Key.Namespace).Any(host => service.Hosts.Any(own => HostWarnings.Overlap(host, own))))
                    yield return document.At(path, "IST0132", $"'{name}' has none of the hosts {string.Join(", ", service.Hosts)}");
            }
        }
    }

    // The same pods get two servers of one host and port.
    private static IEnumerable<Warning> Conflicts(Dictionary<string, GivenDocument> gateways)
    {
        var servers = gateways.Values.SelectMany(Servers).GroupBy(server => (server.Selector, server.Port, server.Host));
        foreach (var same in servers.Select(server => server.DistinctBy(one => one.Gateway.Key).ToArray()).Where(same => same.Length > 1))
        {
            foreach (var server in same)
            {
                var others = same.Where(other => other != server).Select(other => $"{other.Gateway.Key} ({other.Gateway.File})");
                yield return server.Gateway.At(
                    server.Path, "IST0145",
                    $"has port {server.Port} and host '{server.Host}', as {string.Join(", ", others)} has for the same pods");
            }
        }
    }

    private static IEnumerable<(GivenDocument Gateway, FieldPath Path, string Selector, string Port, string Host)> Servers(
        GivenDocument gateway)
    {
        var spec = Map(gateway.Root, "spec");
        var selector = GivenWorkload.Describe(Texts(Map(spec, "selector")).OrderBy(label => label.Key));
        return from server in List(spec, "servers").Index()
               from host in Strings(List(server.Item, "hosts"))
               select (gateway, FieldPath.Spec["servers"][server.Index], selector, Text(Map(server.Item, "port"), "number") ?? "", host);
    }

    // Of Istio's Gateway for VirtualServices in one namespace, and of Kubernetes'.
    private static IEnumerable<string> Hosts(GivenDocument gateway, string ns)
    {
        var spec = Map(gateway.Root, "spec");
        var servers = from server in List(spec, "servers")
                      from host in Strings(List(server, "hosts"))
                      let parts = host.Split('/')
                      where parts.Length == 1 || parts[0] == "*" || (parts[0] == "." ? gateway.Key.Namespace : parts[0]) == ns
                      select parts[^1];
        return servers.Concat(List(spec, "listeners").Select(listener => Text(listener, "hostname") ?? "*"));
    }
}
