using MessageBoard.Mesh.GatewayApi;

namespace MessageBoard.Mesh.Loading;

internal static class GatewayParentReader
{
    private const int MaxParents = 32;

    public static IReadOnlyList<ParentReference> Read(YamlFields spec, string ns)
    {
        var seen = new Dictionary<(string Group, string Kind, string? Namespace, string? Name), HashSet<string>>();
        var parents = new List<ParentReference>();
        foreach (var parent in spec.Objects("parentRefs", MaxParents))
        {
            var group = parent.Text("group");
            if (group is not null && GatewayFields.Group(group) is { } problem)
                parent.Report("group", problem);

            var kind = parent.Filled("kind", 63, GatewayFields.Kind) ?? "Gateway";
            var itsNamespace = parent.Filled("namespace", 63, GatewayFields.Namespace);
            var name = parent.RequiredFilled("name", GatewayFields.LongestName) ?? "";
            var port = parent.Whole("port", 1, 65535);
            var section = parent.Filled("sectionName", GatewayFields.LongestName, GatewayFields.Subdomain);
            parent.Done();

            group ??= GatewayKinds.Group;
            CheckUnique(parent, seen, (group, kind, itsNamespace, name), section);
            var read = new ParentReference(KindOf(group, kind), itsNamespace ?? ns, name, port);
            Note(parent, read, group, kind);
            parents.Add(read);
        }

        if (parents.Count == 0)
            spec.NoteItself("has no effect: without parentRefs it is bound to nothing");

        return parents;
    }

    private static ParentKind KindOf(string group, string kind) => (group, kind) switch
    {
        (GatewayKinds.Group, "Gateway") => ParentKind.Gateway,
        ("", "Service") => ParentKind.Service,
        ("networking.istio.io", "ServiceEntry") => ParentKind.ServiceEntry,
        _ => ParentKind.Other,
    };

    // The port does not count: the CRD's standard channel does not know it here.
    private static void CheckUnique(
        YamlFields parent, Dictionary<(string, string, string?, string?), HashSet<string>> seen,
        (string, string, string?, string?) key, string? section)
    {
        if (!seen.TryGetValue(key, out var sections))
            seen.Add(key, [section ?? ""]);
        else if (section is null != sections.Contains(""))
            parent.Report("sectionName", "has to be given by all references to the same parent");
        else if (!sections.Add(section ?? ""))
            parent.Report("sectionName", "has to be another one for each reference to the same parent");
    }

    private static void Note(YamlFields parent, ParentReference read, string group, string kind)
    {
        switch (read.Kind)
        {
            case ParentKind.Gateway:
                parent.NoteItself($"is a Gateway, {read.Namespace}/{read.Name}: no process of the local mesh is its proxy");
                break;
            case ParentKind.Other:
                parent.NoteItself($"has no effect: Istio binds no route to a {kind} of '{group}'");
                break;
            default:
                parent.Note("sectionName", "has no effect for a Service: Istio looks at its port only");
                break;
        }
    }
}
