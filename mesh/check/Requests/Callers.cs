using MessageBoard.Mesh;
using MessageBoard.Mesh.GatewayApi;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Requests;

/// <summary>Says as whom the routes are looked at.</summary>
internal static class Callers
{
    private const string GatewayWord = "gateway:";

    /// <summary>
    /// Anybody: the request is for whatever sidecar or gateway knows its host, from a workload without labels; for a short name, in the
    /// namespace that has it.
    /// </summary>
    public static MeshProxy Anybody(GivenMesh mesh, string host)
    {
        var namespaces = mesh.Resources.OfType<VirtualService>().Where(service => service.Hosts.Contains(host))
            .Select(service => service.Key.Namespace)
            .Concat(mesh.Services.Where(service => service.Key.Name == host).Select(service => service.Key.Namespace))
            .Concat(mesh.Resources.OfType<GatewayHttpRoute>().SelectMany(route => route.Parents)
                .Where(parent => parent.Kind == ParentKind.Service && parent.Name == host)
                .Select(parent => parent.Namespace))
            .ToArray();
        return new()
        {
            Namespace = host.Contains('.') || namespaces.Length == 0 || namespaces.Contains(HostNames.DefaultNamespace)
                ? HostNames.DefaultNamespace
                : namespaces[0],
            Gateways = GivenMesh.Gateways(mesh.Resources),
        };
    }

    /// <summary>
    /// A caller: a workload of the files by its name or its label <c>app</c>, labels such as <c>app=a,version=v1</c>, each after a
    /// namespace and a slash or without one, or the proxies of a Gateway, <c>gateway:namespace/name</c>.
    /// </summary>
    /// <exception cref="FormatException">It is none of that.</exception>
    public static MeshProxy Find(string from, GivenMesh mesh)
    {
        var isGateway = from.StartsWith(GatewayWord, StringComparison.Ordinal);
        var (ns, name) = (isGateway ? from[GatewayWord.Length..] : from).Split('/') switch
        {
            [var only] => (null, only),
            [var first, var second] => (first, second),
            _ => throw new FormatException($"a caller is written 'name', 'namespace/name' or 'app=name', not '{from}'"),
        };

        if (isGateway)
            return new() { Namespace = ns ?? HostNames.DefaultNamespace, Gateways = [$"{ns ?? HostNames.DefaultNamespace}/{name}"] };

        if (name.Contains('='))
            return Workload(ns, name.Split(',').Select(Label).ToDictionary());

        var found = mesh.Workloads.Where(workload => ns is null || workload.Key.Namespace == ns)
            .OrderBy(workload => workload.Key.Name == name ? 0 : 1)
            .FirstOrDefault(workload => workload.Key.Name == name || workload.Labels.GetValueOrDefault("app") == name);
        return found is null
            ? Workload(ns, new Dictionary<string, string> { ["app"] = name })
            : Workload(found.Key.Namespace, found.Labels);
    }

    /// <summary>A caller in words.</summary>
    public static string Describe(MeshProxy caller) => caller.Gateways is not [MeshProxy.Mesh]
        ? $"gateway {string.Join(", ", caller.Gateways)}"
        : $"a workload in {caller.Namespace} with {GivenWorkload.Describe(caller.Labels)}";

    private static MeshProxy Workload(string? ns, IReadOnlyDictionary<string, string> labels) =>
        new() { Namespace = ns ?? HostNames.DefaultNamespace, Labels = labels };

    private static KeyValuePair<string, string> Label(string text) => text.Split('=') is [{ Length: > 0 } name, var value]
        ? new(name, value)
        : throw new FormatException($"a label is written 'app=name', not '{text}'");
}
