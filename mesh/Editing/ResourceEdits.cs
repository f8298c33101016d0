using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Snapshots;
using YamlDotNet.Core;

namespace MessageBoard.Mesh.Editing;

/// <summary>What an edit of a resource's text has to pass, wherever the text is kept.</summary>
internal static class ResourceEdits
{
    /// <summary>The text of a VirtualService with an edit of a service's default route.</summary>
    /// <param name="service">The service's short name.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="snapshot">The configuration that the text is a part of.</param>
    /// <param name="text">The text as it is.</param>
    /// <param name="newLine">How lines end where the text is kept.</param>
    public static Proposal Propose(string service, RouteEdit edit, MeshSnapshot snapshot, string text, string newLine)
    {
        if (snapshot.DefaultRouteOf(service) is not { } current || (edit.IsOfWeights && current.Weights is null))
            return new EditResult.NotFound();

        if (edit.Check(current) is { Count: > 0 } errors)
            return new EditResult.Invalid(errors);

        try
        {
            var editor = new YamlEditor(text, newLine);
            edit.Apply(editor, current);
            return editor.Text;
        }
        catch (Exception exception) when (exception is YamlEditException or YamlException)
        {
            return edit.Invalid($"cannot be set: {exception.Message}.");
        }
    }

    /// <summary>What is wrong with a new text by itself, at its own lines; empty when nothing is.</summary>
    /// <param name="key">The resource that it has to be.</param>
    /// <param name="file">Where it is kept.</param>
    /// <param name="yaml">The text.</param>
    /// <param name="text">Its document, without the markers around it.</param>
    /// <param name="isIstios">Whether Istio itself carries it out, see <see cref="DocumentReport"/>.</param>
    public static MeshProblem[] CheckAlone(ResourceKey key, string file, string yaml, out string text, bool isIstios = false)
    {
        text = "";
        try
        {
            if (ResourceFile.Utf8.GetByteCount(yaml) > ResourceFile.MaxBytes)
                return Problem(null, $"is larger than {ResourceFile.MaxBytes} bytes");
        }
        catch (EncoderFallbackException)
        {
            return Problem(null, "is no text");
        }

        var documents = DocumentText.Split(yaml);
        if (documents is not [var document])
            return documents.Count == 0
                ? Problem(null, "is empty")
                : Problem(documents[1].Line, "is a second document: edit one resource at a time");

        text = document.In(yaml);
        var read = ResourceFile.Read(file, text, isIstios);
        if (read.Problems.Count > 0)
            return [.. read.Problems.Select(problem => problem with { Line = problem.Line + document.Line - 1 })];

        return read.Statuses is [var status] && status.Key == key ? [] : Problem(document.Line, $"has to be {key}, as it is now");

        MeshProblem[] Problem(int? line, string message) => [new(file, line, key, null, message)];
    }

    /// <summary>What is wrong only when all is put together, and was not so before; empty when nothing is.</summary>
    /// <param name="key">The resource that was edited.</param>
    /// <param name="text">Its new text.</param>
    /// <param name="before">The configuration as it is.</param>
    /// <param name="after">The configuration with the new text.</param>
    public static List<MeshProblem> NewProblems(ResourceKey key, string text, MeshSnapshot before, MeshSnapshot after)
    {
        var known = before.Problems.Select(problem => (problem.File, problem.Resource, problem.Message)).ToHashSet();
        var problems = new List<MeshProblem>();
        foreach (var problem in after.Problems.Where(problem => !known.Contains((problem.File, problem.Resource, problem.Message))))
        {
            problems.Add(problem.Resource == key
                ? problem with { Line = YamlEditor.LineOf(text, problem.Path) }
                : problem with
                {
                    Line = null,
                    Path = null,
                    Message = $"{problem.Resource?.ToString() ?? problem.File}: {problem.Message}",
                });
        }

        return problems;
    }

    /// <summary>An edit of a route is refused by its fields, not by the text's lines.</summary>
    public static EditResult ByField(this EditResult result, RouteEdit edit) => result is EditResult.Refused { Problems: var problems }
        ? new EditResult.Invalid(problems.GroupBy(problem => edit.FieldOf(problem.Path))
            .ToDictionary(field => field.Key, field => field.Select(problem => problem.Message).ToArray()))
        : result;

    /// <summary>A refusal of an edit as a whole.</summary>
    public static EditResult Invalid(this RouteEdit edit, string message) =>
        new EditResult.Invalid(new Dictionary<string, string[]> { [edit.FieldOf(null)] = [message] });
}

/// <summary>A resource's new text, or why there is none.</summary>
internal readonly record struct Proposal(string? Text, EditResult? Ended)
{
    public static implicit operator Proposal(string text) => new(text, null);

    public static implicit operator Proposal(EditResult ended) => new(null, ended);
}
