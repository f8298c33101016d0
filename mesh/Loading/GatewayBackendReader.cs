namespace MessageBoard.Mesh.Loading;

/// <summary>Reads what traffic is sent to (https://gateway-api.sigs.k8s.io/reference/spec/#backendref).</summary>
internal static class GatewayBackendReader
{
    private const int MaxWeight = 1_000_000;

    public static HttpRouteDestination Read(YamlFields backend, string ns)
    {
        var destination = ReadReference(backend, ns);
        var weight = backend.Whole("weight", 0, MaxWeight) ?? 1;
        var filters = GatewayFilterReader.Read(backend, ns, ofBackend: true);
        backend.Done();
        return new(destination, weight, filters.Headers);
    }

    /// <summary>Reads the service that is named; the caller says that all is read.</summary>
    public static Destination ReadReference(YamlFields backend, string ns)
    {
        var group = backend.Text("group") ?? "";
        if (GatewayFields.Group(group) is { } problem)
            backend.Report("group", problem);

        var kind = backend.Filled("kind", 63, GatewayFields.Kind) ?? "Service";
        var name = backend.RequiredFilled("name", GatewayFields.LongestName) ?? "";
        var itsNamespace = backend.Filled("namespace", 63, GatewayFields.Namespace);
        var port = backend.Whole("port", 1, 65535);
        switch (group, kind)
        {
            case ("", "Service"):
                if (!backend.Has("port"))
                    backend.Report("port", "is missing: a Service has to be called at one");

                if (name.Contains('.'))
                    backend.Refuse("name", $"'{name}' is no Service's name; its host is of no use here");

                return new(HostNames.FullName(name, itsNamespace ?? ns), null, port);
            case ("networking.istio.io", "Hostname"):
                if (!backend.Has("port"))
                    backend.Refuse("name", "has to have a port beside it for Istio");

                if (itsNamespace is not null)
                    backend.Refuse("namespace", "must not be given for a Hostname");

                return new(name, null, port);
            default:
                backend.Refuse(
                    backend.Has("kind") ? "kind" : "group", $"is {group}/{kind}, which is not carried out by the local mesh");
                return new($"{group}/{kind}/{name}", null, port);
        }
    }
}
