namespace MessageBoard.Mesh.Loading;

/// <summary>Reads of a Sidecar what is carried out, once it is valid.</summary>
internal static class SidecarReader
{
    public static Sidecar Read(ResourceKey key, string file, YamlFields spec)
    {
        foreach (var name in (ReadOnlySpan<string>)["egress", "ingress", "inboundConnectionPool"])
            spec.Note(name);

        var labels = spec.Object("workloadSelector")?.TextMap("labels") ?? new Dictionary<string, string>();
        if (spec.Object("outboundTrafficPolicy") is not { } policy)
            return new(key, file, labels, null, null);

        // REGISTRY_ONLY is the first word of Istio's enumeration, so that it is meant where none is given.
        var mode = policy.Text("mode") is "ALLOW_ANY" ? OutboundTraffic.AllowAny : OutboundTraffic.RegistryOnly;
        var proxy = policy.Object("egressProxy") is { } destination
            ? new Destination(
                destination.Text("host") ?? "", destination.FilledText("subset"), destination.Object("port")?.Whole("number", 1, 65535))
            : null;
        return new(key, file, labels, mode, proxy);
    }
}
