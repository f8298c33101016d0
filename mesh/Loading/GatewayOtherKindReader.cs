namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Checks Gateway API's kinds that steer nothing on one machine: the fields at the top of their <c>spec</c>, and what they cannot do
/// without.
/// </summary>
internal static class GatewayOtherKindReader
{
    public static void Check(string kind, YamlFields spec)
    {
        switch (kind)
        {
            case "Gateway":
                spec.RequiredFilled("gatewayClassName", GatewayFields.LongestName);
                CheckListeners(spec);
                Finish(spec, "addresses", "allowedListeners", "defaultScope", "infrastructure", "tls");
                break;
            case "GatewayClass":
                spec.RequiredFilled("controllerName", GatewayFields.LongestName);
                Finish(spec, "description", "parametersRef");
                break;
            case "ReferenceGrant":
                CheckGrant(spec);
                break;
            case "GRPCRoute" or "TLSRoute" or "TCPRoute" or "UDPRoute":
                GatewayParentReader.Read(spec, HostNames.DefaultNamespace);
                Finish(spec, "hostnames", "rules", "useDefaultGateways");
                break;
            case "BackendTLSPolicy":
                Finish(spec, "targetRefs", "validation", "options");
                break;
            default: // ListenerSet
                Finish(spec, "parentRef", "listeners");
                break;
        }
    }

    private static void CheckListeners(YamlFields spec)
    {
        if (spec.IsEmptyList("listeners"))
            spec.Report("listeners", "has to have at least one listener");

        var names = new HashSet<string>();
        foreach (var listener in spec.Objects("listeners", 64))
        {
            var name = listener.RequiredFilled("name", GatewayFields.LongestName, GatewayFields.Subdomain);
            if (name is not null && !names.Add(name))
                listener.Report("name", $"'{name}' is here for the second time");

            if (listener.Whole("port", 1, 65535) is null && !listener.Has("port"))
                listener.Report("port", "is missing");

            listener.RequiredFilled("protocol", 255);
            listener.Filled("hostname", GatewayFields.LongestName, GatewayFields.Hostname);
            Finish(listener, "tls", "allowedRoutes");
        }
    }

    private static void CheckGrant(YamlFields spec)
    {
        foreach (var (list, name) in (ReadOnlySpan<(string, string)>)[("from", "namespace"), ("to", "name")])
        {
            if (spec.IsEmptyList(list))
                spec.Report(list, "has to have at least one item");

            foreach (var item in spec.Objects(list, 16))
            {
                if (!item.Has("group"))
                    item.Report("group", "is missing; it may be empty");

                if (item.Text("group") is { } group && GatewayFields.Group(group) is { } problem)
                    item.Report("group", problem);

                item.RequiredFilled("kind", 63, GatewayFields.Kind);
                if (name == "namespace")
                    item.RequiredFilled(name, 63, GatewayFields.Namespace);
                else
                    item.Filled(name, GatewayFields.LongestName);

                item.Done();
            }
        }

        spec.Done();
    }

    // What is not looked into, and what nobody knows.
    private static void Finish(YamlFields fields, params ReadOnlySpan<string> known)
    {
        foreach (var name in known)
            fields.Ignore(name);

        fields.Done();
    }
}
