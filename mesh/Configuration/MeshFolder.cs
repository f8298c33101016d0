using System.Diagnostics;
using System.Text;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Configuration;

/// <summary>
/// The configuration in a watched folder of YAML files, subfolders included; names that begin with a dot are passed over. A
/// change is read within milliseconds and swapped in whole. A file that is refused keeps what it held before.
/// </summary>
public sealed partial class MeshFolder(string folder, ILogger<MeshFolder> logger, MeshProxy? proxy = null) : IHostedService, IDisposable
{
    // Editors write in several steps: it is read when they have been quiet for a while, and in any case soon.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10), AtMost = TimeSpan.FromMilliseconds(50);

    // The kernel may drop notifications, and some file systems give none.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // A file may be written twice within one tick of its file system's clock, so a stamp this young does not prove that it is unchanged.
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(50);

    // The byte order mark stays a character of the text, so that what is written back is what was read.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly Dictionary<string, LoadedFile> _files = [];
    private readonly SemaphoreSlim _gate = new(1);
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private FileSystemWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private volatile MeshSnapshot _current = MeshSnapshot.Empty;

    /// <summary>Tells of every new configuration, on the thread that read it.</summary>
    public event Action<MeshSnapshot>? Changed;

    /// <summary>The configuration in force.</summary>
    public MeshSnapshot Current => _current;

    /// <summary>Reads the folder, which is made if it is not there, and watches it from now on.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        _watcher = new(_folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
        _watcher.Changed += (_, _) => Wake();
        _watcher.Created += (_, _) => Wake();
        _watcher.Deleted += (_, _) => Wake();
        _watcher.Renamed += (_, _) => Wake();
        _watcher.Error += (_, _) => Wake();
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

    /// <summary>
    /// Sets the weights of a service's default route in its file, and nothing else in it. They are in force when this returns.
    /// </summary>
    /// <param name="service">The service's short name.</param>
    /// <param name="weights">Whole percents by subset, adding up to 100.</param>
    /// <param name="resourceVersion">The version the edit is based on; null to edit whatever is there.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    public async Task<WeightEditResult> SetWeightsAsync(
        string service, IReadOnlyDictionary<string, int> weights, string? resourceVersion, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            LoadChanges();
            if (_current.WeightsOf(service) is not { } current || _current.SourceOfWeights(service) is not { } source)
                return new WeightEditResult.NotFound();

            if (Check(weights, current.BySubset) is { Count: > 0 } errors)
                return new WeightEditResult.Invalid(errors);

            if (resourceVersion is not null && resourceVersion != source.Version)
                return new WeightEditResult.Conflict(current);

            if (_files[source.File].Refused)
                return new WeightEditResult.Invalid(new Dictionary<string, string[]> { ["weights"] = [$"cannot be set before {source.File} is mended: it is refused as it stands."] });

            var path = Path.Combine(_folder, source.File);
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
            if (ResourceFile.VersionOf(bytes) != source.Version)
                return new WeightEditResult.Conflict(current);

            var text = Utf8.GetString(bytes);
            await ReplaceAsync(path, WeightText.Replace(text, source, weights), cancellationToken);
            LoadChanges();
            return new WeightEditResult.Updated(_current.WeightsOf(service)!);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The container does so twice, as it knows this as itself and as a hosted service, and a host may stop what is disposed
        // already: all of this bears it. Neither the token source nor the semaphores hold anything that has to be given back.
        _stopping.Cancel();
        _watcher?.Dispose();
    }

    private static Dictionary<string, string[]> Check(IReadOnlyDictionary<string, int> weights, IReadOnlyDictionary<string, int> current)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (subset, weight) in weights)
        {
            if (!current.ContainsKey(subset))
                errors[$"weights.{subset}"] = [$"is no destination of this route; there are {string.Join(" and ", current.Keys)}."];
            else if (weight is < 0 or > 100)
                errors[$"weights.{subset}"] = ["has to be a whole number from 0 to 100."];
        }

        foreach (var subset in current.Keys.Where(subset => !weights.ContainsKey(subset)))
            errors[$"weights.{subset}"] = ["is missing."];

        if (errors.Count == 0 && weights.Values.Sum() is not 100 and var sum)
            errors["weights"] = [$"have to add up to 100, not {sum}."];

        return errors;
    }

    // Readers see the old file or the new one, never half of it.
    private static async Task ReplaceAsync(string path, string text, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            await using (var file = File.Create(temporary))
            {
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(path));

                await file.WriteAsync(Utf8.GetBytes(text), cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been woken already.
        }
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

        var files = _files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value).ToList();
        var snapshot = MeshSnapshot.Create([.. files.SelectMany(file => file.Resources)], files.SelectMany(file => file.Problems), proxy ?? new());
        foreach (var problem in snapshot.Problems)
            LogProblem(problem.File, problem.Line, problem.Resource, problem.Message);

        _current = snapshot;
        Changed?.Invoke(snapshot);
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

            var (version, read) = Read(path, name, before);
            if (read is null)
            {
                _files[name] = before! with { Stamp = stamp };
                return false;
            }

            // What was refused keeps what it held before.
            _files[name] = new(stamp, version, read.Refused && before is not null ? before.Resources : read.Resources, read.Problems, read.Refused);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return _files.Remove(name); // gone between the listing and now
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _files[name] = new(default, "", before?.Resources ?? [], ResourceFile.Unreadable(name, null, "cannot be read").Problems, Refused: true);
            return before is null || before.Stamp != default;
        }
    }

    // No file when it is the one that was read before.
    private static (string Version, ResourceFile? File) Read(string path, string name, LoadedFile? before)
    {
        using var file = File.OpenRead(path);
        if (file.Length > ResourceFile.MaxBytes)
            return ("", ResourceFile.Unreadable(name, null, $"is larger than {ResourceFile.MaxBytes} bytes"));

        var bytes = new byte[file.Length];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            var version = ResourceFile.VersionOf(bytes.AsSpan(0, length));
            return (version, version == before?.Version ? null : ResourceFile.Read(name, Utf8.GetString(bytes, 0, length)));
        }
        catch (DecoderFallbackException)
        {
            return ("", ResourceFile.Unreadable(name, null, "is not UTF-8"));
        }
    }

    [LoggerMessage(LogLevel.Warning, "{File}:{Line} {Resource}: {Message}")]
    private partial void LogProblem(string file, int? line, string? resource, string message);

    [LoggerMessage(LogLevel.Error, "The mesh configuration cannot be read")]
    private partial void LogUnreadable(Exception exception);

    /// <param name="Written">When it was last written.</param>
    /// <param name="Length">Its length in bytes.</param>
    /// <param name="IsOld">Whether it was read long enough after that to be sure of.</param>
    private readonly record struct FileStamp(DateTime Written, long Length, bool IsOld);

    private sealed record LoadedFile(FileStamp Stamp, string Version, IReadOnlyList<IMeshResource> Resources, IReadOnlyList<MeshProblem> Problems, bool Refused);
}
