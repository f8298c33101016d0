using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using static MessageBoard.MeshCheck.Given.GivenDocument;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>ServiceEntries that say different things of one port.</summary>
internal static class ServiceEntryWarnings
{
    public static IEnumerable<Warning> Find(GivenMesh mesh) =>
        from document in mesh.Documents.Where(document => document.Key.Kind == "ServiceEntry").DistinctBy(document => document.Key)
        let spec = Map(document.Root, "spec")
        from host in Strings(List(spec, "hosts"))
        from port in List(spec, "ports").Index()
        let protocol = Text(port.Item, "protocol")?.ToUpperInvariant() ?? "TCP"
        group (Document: document, port.Index, Protocol: protocol) by (host, Port: Text(port.Item, "number") ?? "") into same
        where same.DistinctBy(one => one.Protocol).Skip(1).Any()
        from one in same
        let others = same.Where(other => other.Protocol != one.Protocol)
            .Select(other => $"{other.Protocol} in {other.Document.Key} ({other.Document.File})")
        select one.Document.At(
            FieldPath.Spec["ports"][one.Index], "IST0177",
            $"{same.Key.Port} of '{same.Key.host}' is {one.Protocol}, and {string.Join(", ", others)}");
}
