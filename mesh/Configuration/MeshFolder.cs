using System.Diagnostics;
using System.Text;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Configuration;

/// <summary>
/// The configuration in a watched folder of YAML files, subfolders included; names that begin with a dot are passed over. A
/// change is read within milliseconds and swapped in whole. A file that is refused keeps what it held before. Edits through this
/// class change one document's text, and keep what they replace in the folder <c>.versions</c>.
/// </summary>
public sealed partial class MeshFolder(string folder, ILogger<MeshFolder> logger, MeshProxy? proxy = null) : IMeshStore, IHostedService, IDisposable
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = ResourceFile.MaxBytes;

    // Editors write in several steps: it is read when they have been quiet for a while, and in any case soon.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10), AtMost = TimeSpan.FromMilliseconds(50);

    // The kernel may drop notifications, and some file systems give none.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // A file may be written twice within one tick of its file system's clock, so a stamp this young does not prove that it is unchanged.
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(50);

    // The byte order mark stays a character of the text, so that what is written back is what was read.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly VersionStore _versions = new(Path.Combine(Path.GetFullPath(folder), VersionStore.FolderName));
    private readonly Dictionary<string, LoadedFile> _files = [];
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ChangeSignal _changed = new();
    private readonly CancellationTokenSource _stopping = new();
    private FileSystemWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private volatile MeshSnapshot _current = MeshSnapshot.Empty;

    /// <inheritdoc/>
    public event Action<MeshSnapshot>? Changed;

    /// <inheritdoc/>
    public MeshSnapshot Current => _current;

    /// <inheritdoc/>
    public IReadOnlyList<ClusterStatus> Clusters => [];

    /// <summary>Reads the folder, which is made if it is not there, and watches it from now on.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        _watcher = new(_folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
        _watcher.Changed += (_, _) => _changed.Set();
        _watcher.Created += (_, _) => _changed.Set();
        _watcher.Deleted += (_, _) => _changed.Set();
        _watcher.Renamed += (_, _) => _changed.Set();
        _watcher.Error += (_, _) => _changed.Set();
        _watcher.EnableRaisingEvents = true;
        Load();
        _watching = Task.Run(() => WatchAsync(_stopping.Token), CancellationToken.None);
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

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await _changed.WaitAsync(Poll, cancellationToken))
                {
                    var since = Stopwatch.GetTimestamp();
                    while (Stopwatch.GetElapsedTime(since) < AtMost && await _changed.WaitAsync(Quiet, cancellationToken))
                    {
                    }
                }

                Load();
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
        var changed = false;
        var found = new HashSet<string>();
        foreach (var path in EnumerateFiles())
        {
            var name = Path.GetRelativePath(_folder, path);
            found.Add(name);
            changed |= TryLoad(path, name);
        }

        foreach (var gone in _files.Keys.Where(name => !found.Contains(name)).ToList())
            changed |= _files.Remove(gone);

        if (!changed)
            return;

        var snapshot = Compile(_files);
        foreach (var problem in snapshot.Problems)
            LogProblem(problem.File, problem.Line, problem.Resource, problem.Message);

        _current = snapshot;
        Changed?.Invoke(snapshot);
    }

    private MeshSnapshot Compile(IEnumerable<KeyValuePair<string, LoadedFile>> all)
    {
        var files = all.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value).ToList();
        return MeshSnapshot.Create(
            [.. files.SelectMany(file => file.Resources)], [.. files.SelectMany(file => file.Problems)], [.. files.SelectMany(file => file.Statuses)], proxy ?? new());
    }

    private IEnumerable<string> EnumerateFiles() =>
        Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".yaml" or ".yml" && !Path.GetRelativePath(_folder, path).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.')));

    /// <summary>Reads a file if it is another than before; true when that makes a difference.</summary>
    private bool TryLoad(string path, string name)
    {
        var before = _files.GetValueOrDefault(name);
        try
        {
            var info = new FileInfo(path);
            var stamp = new FileStamp(info.LastWriteTimeUtc, info.Length, IsOld: DateTime.UtcNow - info.LastWriteTimeUtc > ClockTick);
            if (stamp.IsOld && before?.Stamp == stamp)
                return false;

            var (text, unreadable) = ReadText(path, name);
            var version = text is null ? "" : DocumentText.VersionOf(text);
            if (text is not null && version == before?.Version)
            {
                _files[name] = before with { Stamp = stamp };
                return false;
            }

            _files[name] = Load(name, text ?? "", unreadable ?? ResourceFile.Read(name, text!), before) with { Stamp = stamp, Version = version };
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return _files.Remove(name); // gone between the listing and now
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _files[name] = Load(name, "", ResourceFile.Unreadable(name, null, "cannot be read"), before);
            return before is null || before.Stamp != default;
        }
    }

    // What was refused keeps what it held before.
    private static LoadedFile Load(string name, string text, ResourceFile read, LoadedFile? before)
    {
        var isHeldBack = read.Refused && before is not null;
        var documents = DocumentText.Split(text);
        return new(default, "", isHeldBack ? before!.Resources : read.Resources, read.Problems, [.. read.Statuses.Select(Configured)], read.Refused);

        ConfiguredResource Configured(ResourceStatus status)
        {
            var document = FindDocument(documents, status.Line);
            if (isHeldBack && status.State == ResourceState.Accepted)
                status = status with { State = ResourceState.Refused, Problems = [new(name, status.Line, status.Key, null, $"is not in force before {name} is mended")] };

            return new(status, document is { } place ? DocumentText.VersionOf(place.In(text)) : "", document is not null && status.Name is not null && !IsLaunchers(name));
        }
    }

    private static DocumentText? FindDocument(IReadOnlyList<DocumentText> documents, int line)
    {
        // A file may have thousands, in the order of their lines.
        var (low, high) = (0, documents.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (documents[middle].LastLine < line)
                low = middle + 1;
            else if (documents[middle].Line > line)
                high = middle - 1;
            else
                return documents[middle];
        }

        return null;
    }

    // The launcher writes what runs, and would write it again.
    private static bool IsLaunchers(string file) => file.Split(Path.DirectorySeparatorChar)[0] == "workloads";

    private static (string? Text, ResourceFile? Unreadable) ReadText(string path, string name)
    {
        using var file = File.OpenRead(path);
        if (file.Length > ResourceFile.MaxBytes)
            return (null, ResourceFile.Unreadable(name, null, $"is larger than {ResourceFile.MaxBytes} bytes"));

        var bytes = new byte[file.Length];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            return (Utf8.GetString(bytes, 0, length), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, ResourceFile.Unreadable(name, null, "is not UTF-8"));
        }
    }

    [LoggerMessage(LogLevel.Warning, "{File}:{Line} {Resource}: {Message}")]
    private partial void LogProblem(string file, int? line, ResourceKey? resource, string message);

    [LoggerMessage(LogLevel.Error, "The mesh configuration cannot be read")]
    private partial void LogUnreadable(Exception exception);

    /// <param name="Written">When it was last written.</param>
    /// <param name="Length">Its length in bytes.</param>
    /// <param name="IsOld">Whether it was read long enough after that to be sure of.</param>
    private readonly record struct FileStamp(DateTime Written, long Length, bool IsOld);

    /// <param name="Stamp">By which it is seen whether it has changed.</param>
    /// <param name="Version">A hash of its text; empty when it could not be read.</param>
    /// <param name="Resources">What is in force of it.</param>
    /// <param name="Problems">What was refused in it.</param>
    /// <param name="Statuses">Its documents.</param>
    /// <param name="Refused">Whether anything was refused.</param>
    private sealed record LoadedFile(
        FileStamp Stamp, string Version, IReadOnlyList<IMeshResource> Resources, IReadOnlyList<MeshProblem> Problems, IReadOnlyList<ConfiguredResource> Statuses, bool Refused);
}
