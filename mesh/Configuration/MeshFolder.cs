using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Configuration;

/// <summary>
/// The configuration in a watched folder of YAML files, subfolders included; names that begin with a dot are passed over. A
/// change is read within milliseconds and swapped in whole. A file that is refused keeps what it held before.
/// </summary>
public sealed partial class MeshFolder(string folder, ILogger<MeshFolder> logger) : IHostedService, IDisposable
{
    // Editors write in several steps; what they do within this time is read at once.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(10);

    // The kernel may drop notifications, and some file systems give none.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

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

            var path = Path.Combine(_folder, source.File);
            var text = await File.ReadAllTextAsync(path, cancellationToken);
            if (ResourceFile.VersionOf(text) != source.Version || (resourceVersion is not null && resourceVersion != source.Version))
                return new WeightEditResult.Conflict(current);

            await ReplaceAsync(path, WeightText.Replace(text, source.Name, weights), cancellationToken);
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
        if (!_stopping.IsCancellationRequested)
            _stopping.Cancel();

        _watcher?.Dispose();
        _stopping.Dispose();
        _gate.Dispose();
        _changed.Dispose();
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
            await File.WriteAllTextAsync(temporary, text, cancellationToken);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));

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
                    await Task.Delay(Settle, cancellationToken);

                Load();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogUnreadable(exception.Message); // the folder itself; tried again at the next poll
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
        var snapshot = MeshSnapshot.Create([.. files.SelectMany(file => file.Resources)], files.SelectMany(file => file.Problems));
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
            var stamp = (info.LastWriteTimeUtc, info.Length);
            if (before?.Stamp == stamp)
                return false;

            var read = info.Length > ResourceFile.MaxBytes
                ? new([], [new(name, null, null, $"is larger than {ResourceFile.MaxBytes} bytes")])
                : ResourceFile.Read(name, File.ReadAllText(path));
            // What was refused keeps what it held before.
            var resources = read.Problems.Count > 0 && before is not null ? before.Resources : read.Resources;
            _files[name] = new(stamp, resources, read.Problems);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return _files.Remove(name); // gone between the listing and now
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _files[name] = new(default, before?.Resources ?? [], [new(name, null, null, "cannot be read")]);
            return before is null || before.Stamp != default;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{File}:{Line} {Resource}: {Message}")]
    private partial void LogProblem(string file, int? line, string? resource, string message);

    [LoggerMessage(LogLevel.Error, "The mesh configuration cannot be read: {Reason}")]
    private partial void LogUnreadable(string reason);

    private sealed record LoadedFile((DateTime, long) Stamp, IReadOnlyList<IMeshResource> Resources, IReadOnlyList<MeshProblem> Problems);
}
