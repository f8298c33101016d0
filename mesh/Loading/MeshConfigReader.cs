using YamlDotNet.Core;

namespace MessageBoard.Mesh.Loading;

/// <summary>Reads the mesh's own configuration out of Istio's ConfigMap.</summary>
internal static class MeshConfigReader
{
    /// <summary>Whether this ConfigMap is it.</summary>
    public static bool IsMeshConfig(ResourceKey key) => key == MeshConfig.Default.Key;

    public static MeshConfig? Read(string file, YamlFields document, DocumentReport report)
    {
        if (document.Object("data") is not { } data || !data.Has("mesh"))
            return null;

        if (Parse(data, report) is not { } mesh)
            return null;

        var clusterLocal = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (var service in mesh.Objects("serviceSettings"))
        {
            var settings = service.Object("settings");
            foreach (var host in service.Texts("hosts", host => HostRules.IsWildcardDomain(host) ? null : $"'{host}' is no host name"))
                clusterLocal[host] = settings?.Flag("clusterLocal") ?? false;

            settings?.Done();
            service.Done();
        }

        var read = new MeshConfig(MeshConfig.Default.Key, file)
        {
            ClusterLocal = clusterLocal,
            H2Upgrade = mesh.Word("h2UpgradePolicy", "DO_NOT_UPGRADE", "UPGRADE") is "UPGRADE",
            Locality = LocalityReader.Read(mesh, hasOutlierDetection: true),
            OutboundTraffic = ReadOutbound(mesh),
            ZoneAware = LocalityReader.ReadZoneAware(mesh, hasOutlierDetection: true),
        };
        foreach (var name in mesh.Names.Except(
            ["serviceSettings", "h2UpgradePolicy", "localityLbSetting", "outboundTrafficPolicy", "zoneAwareLbSetting"]))
            mesh.Note(name);

        return read;
    }

    private static OutboundTraffic ReadOutbound(YamlFields mesh)
    {
        if (mesh.Object("outboundTrafficPolicy") is not { } policy)
            return OutboundTraffic.AllowAny;

        var mode = policy.Word("mode", "REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS");
        if (mode is "ALLOW_ANY_DYNAMIC_DNS")
            policy.Note("mode", "is ALLOW_ANY here");

        policy.Done("egressProxy");
        return mode is "REGISTRY_ONLY" ? OutboundTraffic.RegistryOnly : OutboundTraffic.AllowAny;
    }

    private static YamlFields? Parse(YamlFields data, DocumentReport report)
    {
        var (text, line) = (data.Text("mesh") ?? "", data.LineOf("mesh"));
        try
        {
            // The text of a block begins on the line below its name.
            var documents = YamlDocuments.ReadItems(new string('\n', line) + text);
            if (documents is [YamlMap map])
                return new(map, report);

            if (documents is not [] and not [YamlText { IsNull: true }])
                data.Report("mesh", "has to be the text of one mapping");
        }
        catch (YamlException exception)
        {
            data.Report("mesh", $"is no YAML: {exception.Message}");
        }

        return null;
    }
}
