using System.Text;
using MessageBoard.Mesh.Loading;
using YamlDotNet.Core;

namespace MessageBoard.Mesh.Configuration;

public sealed partial class MeshFolder
{
    /// <summary>A resource's text and its former versions; null when there is no such resource.</summary>
    /// <param name="key">The resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ResourceText?> ReadAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            LoadChanges();
            return Find(key) is not { } found ? null : new(
                found.Resource, found.Text, found.Place.Line, _versions.List(key, found.Resource.ResourceVersion));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Replaces a resource's text. It is in force when this returns.</summary>
    /// <param name="key">The resource; the text has to be of the same.</param>
    /// <param name="yaml">The new text: one YAML document.</param>
    /// <param name="resourceVersion">The version the edit is based on; null to replace whatever is there.</param>
    /// <param name="origin">Who edits, and what for.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    public Task<EditResult> ReplaceAsync(ResourceKey key, string yaml, string? resourceVersion, EditOrigin origin, CancellationToken cancellationToken) =>
        EditAsync(_ => key, (_, _) => yaml, resourceVersion, origin, cancellationToken);

    /// <summary>Goes back to what a resource said before its last edit that was not taken back yet.</summary>
    /// <inheritdoc cref="ReplaceAsync"/>
    public Task<EditResult> UndoAsync(ResourceKey key, string? resourceVersion, string user, CancellationToken cancellationToken) =>
        EditAsync(
            _ => key,
            (_, found) => _versions.TextBefore(key, found.Resource.ResourceVersion) is { } text ? text : new EditResult.NotFound(),
            resourceVersion, new(user, VersionStore.Undo), cancellationToken);

    /// <summary>Edits the default route of a service in the text of its VirtualService, and nothing else in it. It is in force when this returns.</summary>
    /// <param name="service">The service's short name.</param>
    /// <param name="edit">The edit.</param>
    /// <param name="resourceVersion">The version the edit is based on; null to edit whatever is there.</param>
    /// <param name="user">Who edits.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    public async Task<EditResult> EditRouteAsync(string service, RouteEdit edit, string? resourceVersion, string user, CancellationToken cancellationToken)
    {
        var result = await EditAsync(snapshot => snapshot.DefaultRouteOf(service)?.Service, Propose, resourceVersion, new(user, edit.Reason), cancellationToken);
        return result is EditResult.Refused { Problems: var problems }
            ? new EditResult.Invalid(problems.GroupBy(problem => edit.FieldOf(problem.Message)).ToDictionary(field => field.Key, field => field.Select(problem => problem.Message).ToArray()))
            : result;

        Proposal Propose(MeshSnapshot snapshot, FoundDocument found)
        {
            var current = snapshot.DefaultRouteOf(service)!;
            if (edit is WeightsEdit && current.Weights is null)
                return new EditResult.NotFound();

            if (edit.Check(current) is { Count: > 0 } errors)
                return new EditResult.Invalid(errors);

            if (_files[found.Resource.Status.File].Refused)
                return Invalid(NotBefore(found.Resource.Status.File));

            try
            {
                var text = new YamlEditor(found.Text, NewLineOf(found.FileText));
                edit.Apply(text, current);
                return text.Text;
            }
            catch (Exception exception) when (exception is YamlEditException or YamlException)
            {
                return Invalid($"cannot be set: {exception.Message}.");
            }
        }

        EditResult Invalid(string message) => new EditResult.Invalid(new Dictionary<string, string[]> { [edit.FieldOf("")] = [message] });
    }

    // What is in force of a file that cannot be read any more has no text to edit.
    private string? FileHolding(ResourceKey key) =>
        _files.FirstOrDefault(file => file.Value.Resources.Any(resource => (resource.Id.Kind, resource.Id.Namespace, resource.Id.Name) == (key.Kind, key.Namespace, key.Name))).Key;

    private static string NotBefore(string file) => $"cannot be set before {file} is mended: it is refused as it stands.";

    private static string NewLineOf(string text)
    {
        var end = DocumentText.EndOfLine(text, 0);
        return text.AsSpan(0, end) switch
        {
            [.., '\r', '\n'] => "\r\n",
            [.., '\r'] => "\r",
            _ => "\n",
        };
    }

    // The one way on which texts change.
    private async Task<EditResult> EditAsync(
        Func<MeshSnapshot, ResourceKey?> select, Func<MeshSnapshot, FoundDocument, Proposal> propose, string? resourceVersion, EditOrigin origin, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            LoadChanges();
            if (select(_current) is not { } key)
                return new EditResult.NotFound();

            if (Find(key) is not { } found)
                return FileHolding(key) is { } broken ? new EditResult.Refused([new(broken, null, key.ToString(), NotBefore(broken))]) : new EditResult.NotFound();

            if (!found.Resource.IsEditable)
                return Refused(found, $"{found.Resource.Status.File} is the launcher's, which would write it again");

            var now = DocumentText.VersionOf(found.Text);
            if (now != found.Resource.ResourceVersion || (resourceVersion is not null && resourceVersion != now))
                return new EditResult.Conflict(_current);

            var proposal = propose(_current, found);
            return proposal.Ended ?? Write(key, found, proposal.Text!, origin);
        }
        finally
        {
            _gate.Release();
        }
    }

    private EditResult Write(ResourceKey key, FoundDocument found, string yaml, EditOrigin origin)
    {
        var file = found.Resource.Status.File;
        if (CheckAlone(key, file, yaml, out var text) is { Length: > 0 } problems)
            return new EditResult.Refused(problems);

        if (text == found.Text)
            return new EditResult.Done(_current);

        var all = found.Replace(text);
        var bytes = Utf8.GetBytes(all);
        if (bytes.Length > ResourceFile.MaxBytes)
            return Refused(found, $"{file} would be larger than {ResourceFile.MaxBytes} bytes");

        var loaded = Load(file, all, ResourceFile.Read(file, all), _files[file]);
        var after = Compile(_files.Where(other => other.Key != file).Append(new(file, loaded)));
        if (NewProblems(key, text, after) is { Count: > 0 } worse)
            return new EditResult.Refused(worse);

        _versions.Keep(key, found.Text, new(found.Resource.ResourceVersion, DateTimeOffset.UtcNow, origin.User, origin.Reason));
        AtomicFile.Write(Path.Combine(_folder, file), bytes);
        LoadChanges();
        return new EditResult.Done(_current);
    }

    // What is wrong with the text by itself, at its own lines.
    private static MeshProblem[] CheckAlone(ResourceKey key, string file, string yaml, out string text)
    {
        text = "";
        try
        {
            if (Utf8.GetByteCount(yaml) > ResourceFile.MaxBytes)
                return Problem(null, $"is larger than {ResourceFile.MaxBytes} bytes");
        }
        catch (EncoderFallbackException)
        {
            return Problem(null, "is no text");
        }

        var documents = DocumentText.Split(yaml);
        if (documents is not [var document])
            return documents.Count == 0 ? Problem(null, "is empty") : Problem(documents[1].Line, "is a second document: edit one resource at a time");

        text = document.In(yaml);
        var read = ResourceFile.Read(file, text);
        if (read.Problems.Count > 0)
            return [.. read.Problems.Select(problem => problem with { Line = problem.Line + document.Line - 1 })];

        return read.Statuses is [var status] && new ConfiguredResource(status, "", true).Key == key ? [] : Problem(document.Line, $"has to be {key}, as it is now");

        MeshProblem[] Problem(int? line, string message) => [new(file, line, key.ToString(), message)];
    }

    // What is wrong only when all is put together, and was not so before.
    private List<MeshProblem> NewProblems(ResourceKey key, string text, MeshSnapshot after)
    {
        var before = _current.Problems.Select(problem => (problem.File, problem.Resource, problem.Message)).ToHashSet();
        var problems = new List<MeshProblem>();
        foreach (var problem in after.Problems.Where(problem => !before.Contains((problem.File, problem.Resource, problem.Message))))
        {
            problems.Add(problem.Resource == key.ToString()
                ? problem with { Line = YamlEditor.LineOf(text, problem.Message) }
                : problem with { Line = null, Message = $"{problem.Resource ?? problem.File}: {problem.Message}" });
        }

        return problems;
    }

    private FoundDocument? Find(ResourceKey key)
    {
        if (_current.Find(key) is not { } resource || ReadText(Path.Combine(_folder, resource.Status.File), resource.Status.File).Text is not { } text)
            return null;

        return FindDocument(DocumentText.Split(text), resource.Status.Line) is { } place ? new(resource, text, place) : null;
    }

    private static EditResult.Refused Refused(FoundDocument found, string message) =>
        new([new(found.Resource.Status.File, null, found.Resource.Key!.ToString(), message)]);

    private sealed record FoundDocument(ConfiguredResource Resource, string FileText, DocumentText Place)
    {
        public string Text { get; } = Place.In(FileText);

        public string Replace(string text)
        {
            var newLine = NewLineOf(FileText);
            var (before, after) = (FileText[..Place.Start], FileText[Place.End..]);
            var isBehindMarker = before is [.., '-'] && text is not ['\r' or '\n', ..] && !(text is [' ', ..] && text.TrimStart() is ['{', ..]);
            var isOpen = after.Length > 0 && !DocumentText.LineBreaks.Contains(text[^1]);
            return string.Concat(before, isBehindMarker ? newLine : "", text, isOpen ? newLine : "") + after;
        }
    }

    /// <summary>The new text, or why there is none.</summary>
    private readonly record struct Proposal(string? Text, EditResult? Ended)
    {
        public static implicit operator Proposal(string text) => new(text, null);

        public static implicit operator Proposal(EditResult ended) => new(null, ended);
    }
}
