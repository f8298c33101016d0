using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Fitting;
using MessageBoard.MeshCheck.Given;

namespace MessageBoard.MeshCheck.Warnings;

/// <summary>
/// Finds what istioctl analyze warns of (https://github.com/istio/istio/tree/master/pkg/config/analysis/analyzers), as far as it is about
/// the way of requests. What is looked up in other resources is looked up only where any of its kind is given.
/// </summary>
internal static class Analysis
{
    /// <summary>All warnings, in the order of files and lines.</summary>
    /// <param name="mesh">The files.</param>
    /// <param name="fit">What does not fit together in them.</param>
    public static IReadOnlyList<Warning> Run(GivenMesh mesh, Fit fit)
    {
        // Who is told by which other it loses its host need not be told that one of them does.
        var unfit = FitWarnings.Find(fit).ToArray();
        var losers = unfit.Where(warning => warning.Code == HostWarnings.Code).Select(Place).ToHashSet();
        var order = mesh.Files.SelectMany(file => file.Content.Statuses).Select(status => status.File).Distinct().Index()
            .ToDictionary(file => file.Item, file => file.Index);
        return
        [
            .. RuleWarnings.Find(mesh)
                .Concat(unfit)
                .Concat(HostWarnings.Find(mesh).Where(warning => !losers.Contains(Place(warning))))
                .Concat(DestinationWarnings.Find(mesh))
                .Concat(GatewayWarnings.Find(mesh))
                .Concat(DestinationRuleWarnings.Find(mesh))
                .Concat(ServiceEntryWarnings.Find(mesh))
                .Concat(PolicyWarnings.Find(mesh))
                .OrderBy(warning => order[warning.File])
                .ThenBy(warning => warning.Line),
        ];
    }

    private static (string, ResourceKey) Place(Warning warning) => (warning.File, warning.Resource);

    /// <summary>A warning about a field.</summary>
    public static Warning At(this GivenDocument document, FieldPath? path, string code, string message) =>
        new(code, document.Key, document.File, document.LineOf(path), path is null ? message : $"{path} {message}");
}
