using System.Globalization;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using static MessageBoard.MeshCheck.Given.GivenDocument;

namespace MessageBoard.MeshCheck.Given;

/// <summary>What Kubernetes' own resources say of services and workloads.</summary>
internal static class KubernetesManifests
{
    /// <summary>A Service with ports, as the mesh knows services; null for any other resource.</summary>
    public static ServiceEntry? Service(GivenDocument document)
    {
        if (document.Key.Kind != "Service" || Text(document.Root, "apiVersion") != "v1" || Map(document.Root, "spec") is not { } spec)
            return null;

        var ports = from port in List(spec, "ports")
                    let number = Number(Text(port, "port"))
                    where number > 0
                    select new ServicePort(number, Text(port, "name") ?? $"{number}");
        return ports.ToArray() is not { Length: > 0 } known
            ? null
            : new(
                document.Key, document.File, [HostNames.FullName(document.Key.Name, document.Key.Namespace)], known,
                Texts(Map(spec, "selector")));
    }

    /// <summary>Its pods, for a resource that makes some or is one; null for any other.</summary>
    public static GivenWorkload? Workload(GivenDocument document)
    {
        var spec = Map(document.Root, "spec");
        YamlItem? metadata = document.Key.Kind switch
        {
            "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" => Map(Map(spec, "template"), "metadata"),
            "Pod" => Map(document.Root, "metadata"),
            _ => null,
        };
        return metadata is null ? null : new(document.Key, Texts(Map(metadata, "labels")));
    }

    private static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
