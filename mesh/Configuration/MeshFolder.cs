using MessageBoard.Mesh.Editing;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Snapshots;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Configuration;

/// <summary>
/// The configuration in a watched folder of YAML files. A change is read within milliseconds and swapped in whole. A file that is
/// refused keeps what it held before. Edits through this class change one document's text; what resources have said, by hand or through
/// it, is kept in the folder <c>.versions</c>.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="logger">Hears what is wrong with the configuration.</param>
/// <param name="proxy">As who the configuration is read.</param>
/// <param name="isEditor">Whether this process edits it, and so keeps the versions. Of those that share a folder one should.</param>
public sealed partial class MeshFolder(
    string folder, ILogger<MeshFolder> logger, MeshProxy? proxy = null, bool isEditor = true) : IMeshStore, IHostedService, IDisposable
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = ResourceFile.MaxBytes;

    // So many resources are kept as versions before the next change is looked at: what people edit. Of more the next change goes first.
    private const int KeptAtOnce = 100;

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly MeshProxy _proxy = proxy ?? new();
    private readonly FolderFiles _files = new(Path.GetFullPath(folder));
    private readonly VersionStore _versions = new(Path.Combine(Path.GetFullPath(folder), VersionStore.FolderName));
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private FolderWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private volatile MeshSnapshot _current = MeshSnapshot.Empty;
    private Queue<ConfiguredResource> _unseen = new();

    /// <inheritdoc/>
    public event Action<MeshSnapshot>? Changed;

    /// <inheritdoc/>
    public event Action<ResourceEdit>? Edited;

    /// <inheritdoc/>
    public MeshSnapshot Current => _current;

    /// <inheritdoc/>
    public IReadOnlyList<ClusterStatus> Clusters => [];

    /// <summary>Reads the folder, which is made if it is not there, and watches it from now on.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        _watcher = new(_folder);
        Load();
        SeeEdits(isNextChangeThere: () => false);
        _watching = Task.Run(() => WatchAsync(_watcher, _stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Stops watching.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The container does so twice, as it knows this as itself and as a hosted service, and a host may stop what is disposed
        // already: all of this bears it. Neither the token source nor the semaphores hold anything that has to be given back.
        _stopping.Cancel();
        _watcher?.Dispose();
    }

    /// <inheritdoc/>
    public async Task<ResourceText?> ReadAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            LoadChanges();
            if (Find(key) is not { } found)
                return null;

            See(found);
            return new(found.Resource, found.Text, found.Place.Line, _versions.List(key));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public VersionText? ReadVersion(ResourceKey key, string version) => _versions.Find(key, version);

    /// <inheritdoc/>
    public Task<EditResult> ReplaceAsync(
        ResourceKey key, string yaml, string? resourceVersion, EditOrigin origin, CancellationToken cancellationToken) =>
        EditAsync(_ => key, (_, _) => yaml, resourceVersion, origin, cancellationToken);

    /// <inheritdoc/>
    public Task<EditResult> UndoAsync(
        ResourceKey key, string? to, string? resourceVersion, string user, CancellationToken cancellationToken) =>
        EditAsync(
            _ => key,
            (_, found) => (to is null ? _versions.TextBefore(key, found.Resource.ResourceVersion) : _versions.Find(key, to)?.Yaml)
                is { } text ? text : new EditResult.NotFound(),
            resourceVersion, new(user, EditOrigin.Undo), cancellationToken);

    /// <inheritdoc/>
    public async Task<EditResult> EditRouteAsync(
        string service, RouteEdit edit, string? resourceVersion, string user, CancellationToken cancellationToken)
    {
        var result = await EditAsync(
            snapshot => snapshot.DefaultRouteOf(service)?.Service, Propose, resourceVersion, new(user, edit.What), cancellationToken);
        return result.ByField(edit);

        Proposal Propose(MeshSnapshot snapshot, FoundDocument found) => _files[found.Resource.Status.File].Refused
            ? edit.Invalid(NotBefore(found.Resource.Status.File))
            : ResourceEdits.Propose(service, edit, snapshot, found.Text, DocumentText.NewLineOf(found.FileText));
    }

    private async Task WatchAsync(FolderWatcher watcher, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await watcher.WaitAsync(cancellationToken);

                // Not on one of the pool's few threads, for which requests wait.
                await Task.Factory.StartNew(
                    () =>
                    {
                        Load();
                        SeeEdits(isNextChangeThere: () => watcher.IsSet);
                    },
                    cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                LogUnreadable(exception); // what is in force stays so; tried again at the next poll
            }
        }
    }

    private void Load()
    {
        _gate.Wait(_stopping.Token);
        try
        {
            LoadChanges();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void LoadChanges()
    {
        if (_files.Refresh())
            SwapIn(_files.Compile(_proxy));
    }

    /// <summary>
    /// Keeps what was edited by hand as versions, one resource at a time: that takes far longer than to read them, so whoever waits for the
    /// gate goes between. What a resource has said meanwhile is lost then, unless it is edited here.
    /// </summary>
    private void SeeEdits(Func<bool> isNextChangeThere)
    {
        MeshSnapshot? read = null;
        var (file, text, written) = ("", "", default(DateTimeOffset));
        IReadOnlyList<DocumentText> documents = [];
        for (var kept = 0; ; kept++)
        {
            _gate.Wait(_stopping.Token);
            try
            {
                // The first sight of a resource is only remembered, and the next change is an edit of it.
                if (!_unseen.TryPeek(out var resource)
                    || (kept >= KeptAtOnce && _versions.Knows(resource.Key!) && isNextChangeThere()))
                    return;

                _unseen.Dequeue();
                if (file != resource.Status.File || read != _current)
                {
                    (read, file) = (_current, resource.Status.File);
                    text = _files.ReadText(file) ?? "";
                    (documents, written) = (DocumentText.Split(text), _files.WrittenAt(file));
                }

                // What was written since is read, and seen, the next time.
                if (DocumentText.At(documents, resource.Status.Line)?.In(text) is { } yaml
                    && DocumentText.VersionOf(yaml) == resource.ResourceVersion)
                    See(resource, yaml, written);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    // What was read of the resource is about to be replaced, or told with its versions: not before it is one of them.
    private void See(FoundDocument found)
    {
        if (isEditor && IsUnseen(found.Resource) && DocumentText.VersionOf(found.Text) == found.Resource.ResourceVersion)
            See(found.Resource, found.Text, _files.WrittenAt(found.Resource.Status.File));
    }

    // What a file says that is refused is not in force, and no version.
    private bool IsUnseen(ConfiguredResource resource) =>
        resource is { IsEditable: true, Key: { } key, Status.State: ResourceState.Accepted }
            && !_versions.Knows(key, resource.ResourceVersion);

    private IEnumerable<ConfiguredResource> Unseen(MeshSnapshot snapshot) => snapshot.Statuses
        .Where(IsUnseen)
        .GroupBy(resource => resource.Key!)
        .Select(rivals => rivals.Count() == 1 ? rivals.First() : snapshot.Find(rivals.Key)!)
        .OrderBy(resource => _versions.Knows(resource.Key!));

    private void See(ConfiguredResource resource, string yaml, DateTimeOffset written)
    {
        var (key, version) = (resource.Key!, resource.ResourceVersion);
        if (_versions.Knows(key, version))
            return;

        try
        {
            if (_versions.See(key, yaml, version, written) is { } edit)
                Edited?.Invoke(edit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception, key); // the next edit may be luckier
        }
    }

    private void SwapIn(MeshSnapshot snapshot)
    {
        foreach (var problem in snapshot.Problems.Concat(snapshot.Warnings))
            LogProblem(problem.File, problem.Line, problem.Resource, problem.Message);

        _current = snapshot;
        if (isEditor)
            _unseen = new(Unseen(snapshot));

        Changed?.Invoke(snapshot);
    }

    private static string NotBefore(string file) => $"cannot be set before {file} is mended: it is refused as it stands.";

    // The one way on which texts change.
    private async Task<EditResult> EditAsync(
        Func<MeshSnapshot, ResourceKey?> select, Func<MeshSnapshot, FoundDocument, Proposal> propose, string? resourceVersion,
        EditOrigin origin, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            LoadChanges();
            if (select(_current) is not { } key)
                return new EditResult.NotFound();

            if (Find(key) is not { } found)
                return _files.FileHolding(key) is { } broken
                    ? new EditResult.Refused([new(broken, null, key, null, NotBefore(broken))])
                    : new EditResult.NotFound();

            if (!found.Resource.IsEditable)
                return found.Resource.IsGenerated
                    ? Refused(found, $"{found.Resource.Status.File} is the launcher's, which would write it again")
                    : new EditResult.NotFound();

            var now = DocumentText.VersionOf(found.Text);
            if (now != found.Resource.ResourceVersion || (resourceVersion is not null && resourceVersion != now))
                return new EditResult.Conflict(_current);

            See(found);
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
        var bytes = ResourceFile.Utf8.GetBytes(all);
        if (bytes.Length > ResourceFile.MaxBytes)
            return Refused(found, $"{file} would be larger than {ResourceFile.MaxBytes} bytes");

        var parsed = _files.Parse(file, all);
        var after = _files.CompileWith(file, parsed, _proxy);
        if (ResourceEdits.NewProblems(key, text, _current, after) is { Count: > 0 } worse)
            return new EditResult.Refused(worse);

        _versions.Secure(key);
        _files.Write(file, bytes, parsed);
        SwapIn(after);
        Keep(key, all, origin);
        return new EditResult.Done(after);
    }

    private void Keep(ResourceKey key, string file, EditOrigin origin)
    {
        try
        {
            if (_current.Find(key) is not { } written || DocumentText.At(DocumentText.Split(file), written.Status.Line) is not { } place)
                return;

            var edit = _versions.Add(key, place.In(file), written.ResourceVersion, origin);
            Edited?.Invoke(edit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception, key); // the edit is made, only who made it is lost
        }
    }

    private FoundDocument? Find(ResourceKey key)
    {
        if (_current.Find(key) is not { } resource || _files.ReadText(resource.Status.File) is not { } text)
            return null;

        return DocumentText.At(DocumentText.Split(text), resource.Status.Line) is { } place ? new(resource, text, place) : null;
    }

    [LoggerMessage(LogLevel.Warning, "{File}:{Line} {Resource}: {Message}")]
    private partial void LogProblem(string file, int? line, ResourceKey? resource, string message);

    [LoggerMessage(LogLevel.Error, "The mesh configuration cannot be read")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(LogLevel.Error, "A version of {Resource} cannot be kept")]
    private partial void LogNotKept(Exception exception, ResourceKey resource);

    private static EditResult.Refused Refused(FoundDocument found, string message) =>
        new([new(found.Resource.Status.File, null, found.Resource.Key, null, message)]);

    private sealed record FoundDocument(ConfiguredResource Resource, string FileText, DocumentText Place)
    {
        public string Text { get; } = Place.In(FileText);

        public string Replace(string text)
        {
            var newLine = DocumentText.NewLineOf(FileText);
            var (before, after) = (FileText[..Place.Start], FileText[Place.End..]);
            var isBehindMarker = before is [.., '-'] && text is not ['\r' or '\n', ..]
                && !(text is [' ', ..] && text.TrimStart() is ['{', ..]);
            var isOpen = after.Length > 0 && !DocumentText.LineBreaks.Contains(text[^1]);
            return string.Concat(before, isBehindMarker ? newLine : "", text, isOpen ? newLine : "") + after;
        }
    }
}
