using MessageBoard.Mesh;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>Hosts of two VirtualServices.</summary>
internal static class HostWarnings
{
    /// <summary>The code of hosts that two have.</summary>
    public const string Code = "IST0109";

    /// <summary>In the mesh one of them alone is in force; gateways join them.</summary>
    public static IEnumerable<Warning> Find(GivenMesh mesh) =>
        from service in mesh.Resources.OfType<VirtualService>()
        where service.Gateways.Contains(MeshProxy.Mesh)
        from host in service.Hosts.Index()
        group (Service: service, host.Index) by HostNames.FullName(host.Item, service.Key.Namespace).ToLowerInvariant() into rivals
        let all = rivals.DistinctBy(rival => rival.Service.Key).ToArray()
        where all.Length > 1
        from rival in all
        let document = mesh.Find(rival.Service.File, rival.Service.Key)
        where document is not null
        let others = all.Where(other => other.Service != rival.Service).Select(other => $"{other.Service.Key} ({other.Service.File})")
        select document.At(
            FieldPath.Spec["hosts"][rival.Index], Code,
            $"'{rivals.Key}' is a host of {string.Join(", ", others)}, too: in the mesh one of them alone is in force");

    /// <summary>Whether there is a host that both stand for.</summary>
    public static bool Overlap(string one, string other) => (one, other) switch
    {
        (['*', .. var first], ['*', .. var second]) => Ends(first, second) || Ends(second, first),
        (['*', .. var suffix], _) => Ends(other, suffix),
        (_, ['*', .. var suffix]) => Ends(one, suffix),
        _ => one.Equals(other, StringComparison.OrdinalIgnoreCase),
    };

    private static bool Ends(string text, string end) => text.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
