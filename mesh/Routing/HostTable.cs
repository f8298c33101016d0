using MessageBoard.Mesh.GatewayApi;
using HostRoutes = MessageBoard.Mesh.Routing.RouteTable.HostRoutes;

namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Which rules hold for which hosts. For sidecars a host is the oldest VirtualService's alone, and a service the one's that names it most
/// exactly (BuildSidecarVirtualHostWrapper in pilot/pkg/networking/core/route/route.go); for a gateway all rules of a host are joined,
/// the oldest first (buildGatewayHTTPRouteConfig in pilot/pkg/networking/core/gateway.go).
/// </summary>
internal sealed class HostTable(RouteCompiler compiler, MeshProxy proxy, Force force, ICollection<MeshProblem> problems)
{
    /// <summary>By names.</summary>
    public Dictionary<string, HostRoutes> Hosts { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By what follows the <c>*</c> of a wildcard.</summary>
    public Dictionary<string, HostRoutes> Suffixes { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What HTTPRoutes have taken from VirtualServices.</summary>
    public List<MeshProblem> Taken { get; } = [];

    /// <summary>Adds the VirtualServices for all sidecars.</summary>
    /// <param name="services">They, the oldest first.</param>
    public void AddSidecars(IEnumerable<VirtualService> services)
    {
        // What none of whose rules is for this caller leaves its hosts to the next. Nearer ones come first (SelectVirtualServices).
        var compiled = services.OrderBy(Nearness)
            .Select(service => (Service: service, Routes: compiler.Compile(service)))
            .Where(one => one.Routes.Length > 0)
            .ToList();
        var owners = new HostIndex<VirtualService>();
        foreach (var (service, _) in compiled)
            Claim(owners, service, compiled.Select(one => one.Service));

        var covered = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var covering = new Dictionary<VirtualService, List<string>>(ReferenceEqualityComparer.Instance);
        foreach (var (host, _) in compiler.Registry.Hosts)
        {
            covered.UnionWith(owners.WildcardsOf(host).Append(host));
            if (owners.MostSpecific(host) is { } owner && !covering.TryAdd(owner, [host]))
                covering[owner].Add(host);
        }

        foreach (var (service, routes) in compiled)
        {
            // A host that is no service, and a wildcard that covers none, is a name of its own.
            var own = FullHosts(service).Where(host => !covered.Contains(host) && owners.TryGet(host, out var owner) && owner == service);
            foreach (var host in own.Concat(covering.GetValueOrDefault(service) ?? []))
                Add(host, service.Key, routes);
        }
    }

    /// <summary>Adds the VirtualServices for gateways.</summary>
    /// <param name="services">They, the oldest first.</param>
    public void AddGateways(IEnumerable<VirtualService> services)
    {
        var hosts = new Dictionary<string, List<CompiledRoute>>(StringComparer.OrdinalIgnoreCase);
        foreach (var service in services)
        {
            var routes = compiler.Compile(service);
            foreach (var host in FullHosts(service).Distinct(StringComparer.OrdinalIgnoreCase).Where(_ => routes.Length > 0))
            {
                if (!hosts.TryAdd(host, [.. routes]))
                    hosts[host].AddRange(routes);
            }
        }

        foreach (var (host, routes) in hosts)
            Add(host, routes[0].VirtualService, [.. CompiledRoute.WithCatchAllsLast(routes)]);
    }

    /// <summary>Adds the services that no VirtualService is for: each is called at all of its workloads.</summary>
    public void AddServices()
    {
        foreach (var (host, _) in compiler.Registry.Hosts)
            Add(host, null, [compiler.CompileDefault(host)]);
    }

    private void Claim(HostIndex<VirtualService> owners, VirtualService service, IEnumerable<VirtualService> all)
    {
        foreach (var (host, written) in FullHosts(service).Zip(service.Hosts))
        {
            if (owners.TryAdd(host, service) || !owners.TryGet(host, out var owner) || owner == service)
                continue;

            if (service.Key.Kind == GatewayHttpRoute.Kind)
            {
                foreach (var (route, file) in RoutesBehind(service))
                {
                    force.Lose(route, all.Count(other => RoutesBehind(other).Contains((route, file))));
                    problems.Add(new(
                        file, null, route, FieldPath.Spec["parentRefs"],
                        $"'{host}' is steered by {owner.Key}, whose exportTo names namespaces: such ones go before HTTPRoutes"));
                }

                continue;
            }

            force.Lose(service.Key, service.Hosts.Count);
            var isOlder = owner.Key.Kind != GatewayHttpRoute.Kind;
            problems.Add(new(
                service.File, null, service.Key, FieldPath.Spec["hosts"],
                isOlder ? $"host '{written}' is {owner.Key}'s, which is older"
                    : $"host '{written}' is steered by {owner.Key}: an HTTPRoute goes before VirtualServices that are for all namespaces"));
            if (!isOlder)
                Taken.AddRange(RoutesBehind(owner).Select(route => new MeshProblem(
                    route.File, null, route.Resource, FieldPath.Spec["parentRefs"],
                    $"'{host}' is steered by this one in place of {service.Key}: an HTTPRoute goes before VirtualServices that are for all "
                        + "namespaces")));
        }
    }

    // Several HTTPRoutes of one host have become one.
    private static IEnumerable<(ResourceKey Resource, string File)> RoutesBehind(VirtualService service) =>
        service.Http.Select(route => route.Source is { } source ? (source.Resource, source.File) : (service.Key, service.File)).Distinct();

    private void Add(string host, ResourceKey? key, CompiledRoute[] routes)
    {
        var opaque = compiler.Registry.OpaquePortsOf(host);
        var entry = new HostRoutes(key, routes, compiler.Registry.PortsOf(host))
        {
            OpaquePorts = opaque,
            Opaque = opaque.Length == 0 ? [] : [compiler.CompileDefault(host)],
        };
        if (host is ['*', .. var suffix])
            Suffixes.TryAdd(suffix, entry);

        foreach (var name in HostNames.Names(host, proxy.Namespace).Concat(compiler.Registry.AddressesOf(host)))
            Hosts.TryAdd(name, entry);
    }

    private int Nearness(VirtualService service) => service.ExportTo switch
    {
        [] => 2,
        _ when service.ExportTo.Contains("*") => 2,
        _ when service.Key.Namespace == proxy.Namespace => 0,
        _ => 1,
    };

    private static IEnumerable<string> FullHosts(VirtualService service) =>
        service.Hosts.Select(host => HostNames.FullName(host, service.Key.Namespace));
}
