using System.Text;
using System.Text.Json;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck;

/// <summary>Tells people and machines what became of the resources.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void WriteText(
        IReadOnlyList<ResourceStatus> resources, IReadOnlyList<UnreadableFile> unreadable, TextWriter output, TextWriter error)
    {
        string? file = null;
        foreach (var resource in resources)
        {
            if (file != resource.File)
                Write(output, $"{file = resource.File}:");

            Write(output, $"  {NameOf(resource)}{Word(resource.State)}");
            foreach (var problem in resource.Problems)
                Write(output, $"    {resource.File}:{problem.Line ?? resource.Line}: {problem.Message}");

            foreach (var note in resource.NotCarriedOut)
                Write(output, $"    {resource.File}:{note.Line ?? resource.Line}: note: {note.Message}");
        }

        foreach (var one in unreadable)
            Write(error, $"{one.File}: {one.Message}");

        output.WriteLine(string.Join(", ", resources.CountBy(resource => resource.State)
            .OrderBy(count => count.Key)
            .Select(count => $"{count.Value} {Word(count.Key)}")
            .DefaultIfEmpty("nothing was read")));
    }

    public static void WriteJson(
        IReadOnlyList<ResourceStatus> resources, IReadOnlyList<UnreadableFile> unreadable, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Resources = resources.Select(resource => new
            {
                resource.ApiVersion,
                resource.Kind,
                resource.Namespace,
                resource.Name,
                resource.File,
                resource.Line,
                State = JsonNamingPolicy.CamelCase.ConvertName(resource.State.ToString()),
                Problems = resource.Problems.Select(problem => new { problem.Line, problem.Message }),
                NotCarriedOut = resource.NotCarriedOut.Select(note => new { note.Line, note.Message }),
            }),
            Unreadable = unreadable,
        },
        Json));

    private static string NameOf(ResourceStatus resource) => resource.Kind.Length == 0
        ? ""
        : $"{resource.Kind} {(resource.Namespace is null ? "" : $"{resource.Namespace}/")}{resource.Name ?? "without a name"}: ";

    private static string Word(ResourceState state) => state switch
    {
        ResourceState.Accepted => "accepted",
        ResourceState.Refused => "refused",
        _ => "passed over",
    };

    // A file's texts are anybody's: none may steer the terminal.
    private static void Write(TextWriter writer, string line)
    {
        var text = new StringBuilder(line);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                text[i] = '?';
        }

        writer.WriteLine(text);
    }
}
