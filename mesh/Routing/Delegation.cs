namespace MessageBoard.Mesh.Routing;

/// <summary>
/// Puts the rules of delegates in place of the rules that name them (mergeVirtualServices in
/// pilot/pkg/model/virtualservice_controller.go, MergeHTTPRoutes in virtualservice.go). There is one level: a delegate has none itself.
/// </summary>
internal sealed class Delegation
{
    private readonly Dictionary<HttpDelegate, VirtualService> _delegates = [];
    private readonly ICollection<MeshProblem> _problems;

    /// <param name="services">The VirtualServices.</param>
    /// <param name="problems">Is told of rules that cannot be carried out.</param>
    public Delegation(IEnumerable<VirtualService> services, ICollection<MeshProblem> problems)
    {
        _problems = problems;
        foreach (var service in services.Where(service => service.Hosts.Count == 0))
            _delegates[new(service.Key.Namespace, service.Key.Name)] = service;
    }

    /// <summary>The rules of a VirtualService as they are carried out.</summary>
    public IEnumerable<PlacedRoute> RoutesOf(VirtualService service)
    {
        for (var i = 0; i < service.Http.Count; i++)
        {
            if (service.Http[i].Delegate is not { } name)
            {
                yield return new(service.Http[i], i, service, i);
                continue;
            }

            foreach (var placed in Delegated(service, i, name))
                yield return placed;
        }
    }

    /// <summary>Tells of delegates to which nobody delegates: they are carried out nowhere.</summary>
    public void TellUnnamed(IEnumerable<VirtualService> services, Force force)
    {
        var named = services.SelectMany(service => service.Http).Select(route => route.Delegate).ToHashSet();
        foreach (var service in _delegates.Where(other => !named.Contains(other.Key)).Select(other => other.Value))
        {
            force.Lose(service.Key, 1);
            _problems.Add(new(service.File, null, service.Key, null, "has no hosts, and no VirtualService delegates to it"));
        }
    }

    private IEnumerable<PlacedRoute> Delegated(VirtualService root, int index, HttpDelegate name)
    {
        var field = FieldPath.Spec["http"][index]["delegate"];
        if (!_delegates.TryGetValue(name, out var service))
            return Tell($"there is no VirtualService '{name.Namespace}/{name.Name}' without hosts, so this rule is not carried out");

        if (!service.ExportTo.IsVisibleIn(root.Key.Namespace))
            return Tell($"'{name.Namespace}/{name.Name}' is not exported to {root.Key.Namespace}, so this rule is not carried out");

        var merged = new List<PlacedRoute>();
        for (var i = 0; i < service.Http.Count; i++)
        {
            if (DelegateMerge.Merge(root.Http[index], root.Key.Namespace, service.Http[i]) is { } route)
                merged.Add(new(route, index, service, i));
            else
                Tell($"asks for what http[{i}] of '{name.Namespace}/{name.Name}' does not, so that rule is not carried out here");
        }

        return merged;

        PlacedRoute[] Tell(string message)
        {
            _problems.Add(new(root.File, root.Http[index].Line, root.Key, field, $"{field}: {message}"));
            return [];
        }
    }
}
