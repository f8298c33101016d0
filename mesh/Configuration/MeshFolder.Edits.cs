using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.Mesh.Configuration;

public sealed partial class MeshFolder
{
    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public Task<EditResult> ReplaceAsync(ResourceKey key, string yaml, string? resourceVersion, EditOrigin origin, CancellationToken cancellationToken) =>
        EditAsync(_ => key, (_, _) => yaml, resourceVersion, origin, cancellationToken);

    /// <inheritdoc/>
    public Task<EditResult> UndoAsync(ResourceKey key, string? resourceVersion, string user, CancellationToken cancellationToken) =>
        EditAsync(
            _ => key,
            (_, found) => _versions.TextBefore(key, found.Resource.ResourceVersion) is { } text ? text : new EditResult.NotFound(),
            resourceVersion, new(user, VersionStore.Undo), cancellationToken);

    /// <inheritdoc/>
    public async Task<EditResult> EditRouteAsync(string service, RouteEdit edit, string? resourceVersion, string user, CancellationToken cancellationToken)
    {
        var result = await EditAsync(snapshot => snapshot.DefaultRouteOf(service)?.Service, Propose, resourceVersion, new(user, edit.Reason), cancellationToken);
        return result.ByField(edit);

        Proposal Propose(MeshSnapshot snapshot, FoundDocument found) => _files[found.Resource.Status.File].Refused
            ? edit.Invalid(NotBefore(found.Resource.Status.File))
            : ResourceEdits.Propose(service, edit, snapshot, found.Text, NewLineOf(found.FileText));
    }

    // What is in force of a file that cannot be read any more has no text to edit.
    private string? FileHolding(ResourceKey key) =>
        _files.FirstOrDefault(file => file.Value.Resources.Any(resource => resource.Key == key)).Key;

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
                return FileHolding(key) is { } broken ? new EditResult.Refused([new(broken, null, key, null, NotBefore(broken))]) : new EditResult.NotFound();

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
        if (ResourceEdits.CheckAlone(key, file, yaml, out var text) is { Length: > 0 } problems)
            return new EditResult.Refused(problems);

        if (text == found.Text)
            return new EditResult.Done(_current);

        var all = found.Replace(text);
        var bytes = Utf8.GetBytes(all);
        if (bytes.Length > ResourceFile.MaxBytes)
            return Refused(found, $"{file} would be larger than {ResourceFile.MaxBytes} bytes");

        var loaded = Load(file, all, ResourceFile.Read(file, all), _files[file]);
        var after = Compile(_files.Where(other => other.Key != file).Append(new(file, loaded)));
        if (ResourceEdits.NewProblems(key, text, _current, after) is { Count: > 0 } worse)
            return new EditResult.Refused(worse);

        _versions.Keep(key, found.Text, new(found.Resource.ResourceVersion, DateTimeOffset.UtcNow, origin.User, origin.Reason));
        AtomicFile.Write(Path.Combine(_folder, file), bytes);
        LoadChanges();
        return new EditResult.Done(_current);
    }

    private FoundDocument? Find(ResourceKey key)
    {
        if (_current.Find(key) is not { } resource || ReadText(Path.Combine(_folder, resource.Status.File), resource.Status.File).Text is not { } text)
            return null;

        return FindDocument(DocumentText.Split(text), resource.Status.Line) is { } place ? new(resource, text, place) : null;
    }

    private static EditResult.Refused Refused(FoundDocument found, string message) =>
        new([new(found.Resource.Status.File, null, found.Resource.Key, null, message)]);

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
}
