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
        var warningsOf = warnings.ToLookup(warning => (warning.File, (ResourceKey?)warning.Resource));
        string? file = null;
        foreach (var resource in resources)
        {
            if (file != resource.File)
                output.Line($"{file = resource.File}:");

            output.Line($"  {NameOf(resource)}{Word(resource.State)}");
            foreach (var problem in resource.Problems)
                output.Line($"    {resource.File}:{problem.Line ?? resource.Line}: {problem.Message}");

            foreach (var warning in warningsOf[(resource.File, resource.Key)])
                output.Line($"    {warning.File}:{warning.Line}: warning: {warning.Message} [{warning.Code}]");

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
    public static object ToJson(IReadOnlyList<ResourceStatus> resources) => resources.Select(resource => new
    {
        resource.ApiVersion,
        resource.Kind,
        resource.Namespace,
        resource.Name,
        resource.File,
        resource.Line,
        State = JsonNamingPolicy.CamelCase.ConvertName(resource.State.ToString()),
        Problems = resource.Problems.Select(problem => new { problem.Line, problem.Message, problem.IsValidToIstio }),
        NotCarriedOut = resource.NotCarriedOut.Select(note => new { note.Line, note.Message }),
    });

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
