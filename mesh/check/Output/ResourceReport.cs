using System.Text.Json;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Warnings;

namespace MessageBoard.MeshCheck.Output;

/// <summary>Tells people and machines what became of the resources.</summary>
internal static class ResourceReport
{
    /// <summary>A line for each resource, and what is to be said of it below.</summary>
    public static void WriteText(IEnumerable<ResourceStatus> resources, IReadOnlyList<Warning> warnings, TextWriter output)
    {
        var warningsOf = WarningsOf(warnings);
        string? file = null;
        foreach (var resource in resources)
        {
            if (file != resource.File)
                output.Line($"{file = resource.File}:");

            output.Line($"  {NameOf(resource)}{Word(resource.State)}{Force(resource)}");
            foreach (var problem in resource.Problems)
                output.Line($"    {resource.File}:{problem.Line ?? resource.Line}: {problem.Message}");

            foreach (var warning in warningsOf[(resource.File, resource.Key)])
                output.Line($"    {warning.File}:{warning.Line}: warning: {warning.Text}");

            foreach (var note in resource.NotCarriedOut)
                output.Line($"    {resource.File}:{note.Line ?? resource.Line}: note: {note.Message}");
        }
    }

    /// <summary>How many there are of each state.</summary>
    public static string Summary(IEnumerable<ResourceStatus> resources, int warnings) => string.Join(", ", resources
        .CountBy(resource => resource.State)
        .OrderBy(count => count.Key)
        .Select(count => $"{count.Value} {Word(count.Key)}")
        .DefaultIfEmpty("nothing was read")
        .Concat(warnings == 0 ? [] : [warnings == 1 ? "1 warning" : $"{warnings} warnings"]));

    /// <summary>The same for machines.</summary>
    public static object ToJson(IReadOnlyList<ResourceStatus> resources, IReadOnlyList<Warning> warnings)
    {
        var warningsOf = WarningsOf(warnings);
        return resources.Select(resource => new
        {
            resource.ApiVersion,
            resource.Kind,
            resource.Namespace,
            resource.Name,
            resource.File,
            resource.Line,
            State = JsonNamingPolicy.CamelCase.ConvertName(resource.State.ToString()),
            InForce = resource.InForce is { } inForce ? JsonNamingPolicy.CamelCase.ConvertName(inForce.ToString()) : null,
            Problems = resource.Problems.Select(problem => new { problem.Line, problem.Message, problem.IsValidToIstio }),
            Warnings = warningsOf[(resource.File, resource.Key)].Select(warning => new { warning.Line, warning.Message, warning.Code }),
            NotCarriedOut = resource.NotCarriedOut.Select(note => new { note.Line, note.Message }),
        });
    }

    private static ILookup<(string File, ResourceKey?), Warning> WarningsOf(IEnumerable<Warning> warnings) =>
        warnings.ToLookup(warning => (warning.File, (ResourceKey?)warning.Resource));

    // What is refused is not in force, and what is carried out nowhere has its note.
    private static string Force(ResourceStatus resource) => resource is { State: ResourceState.Accepted, InForce: { } inForce }
        ? inForce switch { InForce.No => ", not in force", InForce.Partly => ", partly in force", _ => "" }
        : "";

    private static string NameOf(ResourceStatus resource) => resource.Kind.Length == 0
        ? ""
        : $"{resource.Kind} {(resource.Namespace is null ? "" : $"{resource.Namespace}/")}{resource.Name ?? "without a name"}: ";

    private static string Word(ResourceState state) => state switch
    {
        ResourceState.Accepted => "accepted",
        ResourceState.Refused => "refused",
        _ => "passed over",
    };
}
