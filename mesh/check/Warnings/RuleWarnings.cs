using MessageBoard.Mesh.Resources;
using MessageBoard.Mesh.Routing;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>Rules and matches that no request can come to.</summary>
internal static class RuleWarnings
{
    public static IEnumerable<Warning> Find(GivenMesh mesh) =>
        from service in mesh.Files.SelectMany(file => file.Content.Resources).OfType<VirtualService>()
        from problem in Reachability.Warnings(service)
        let rule = problem.Path is { Parent.Name: "http" } path ? service.Http[path.Index] : null
        let weights = rule?.Destinations.Count > 1 ? ", so its weights are of no account" : ""
        select new Warning(
            rule is null ? "IST0131" : "IST0130", service.Key, service.File, problem.Line ?? 1, $"{problem.Message}{weights}");
}
