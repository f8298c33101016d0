using System.Diagnostics;

namespace MessageBoard.Mesh.Configuration;

/// <summary>Notices that files of a folder may have changed: within milliseconds of a write, and now and then in any case.</summary>
internal sealed class FolderWatcher : IDisposable
{
    // Editors write in several steps: it is told when they have been quiet for a while, and in any case soon.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10), AtMost = TimeSpan.FromMilliseconds(50);

    // The kernel may drop notifications, and some file systems give none.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly ChangeSignal _changed = new();
    private readonly FileSystemWatcher _watcher;

    /// <summary>Watches from now on.</summary>
    /// <param name="folder">The folder, with all below it.</param>
    public FolderWatcher(string folder)
    {
        _watcher = new(folder)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        _watcher.Changed += (_, change) => Tell(change.Name);
        _watcher.Created += (_, change) => Tell(change.Name);
        _watcher.Deleted += (_, change) => Tell(change.Name);
        _watcher.Renamed += (_, change) => Tell(change.Name, change.OldName);
        _watcher.Error += (_, _) => _changed.Set();
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Whether there is something that nobody has waited for yet.</summary>
    public bool IsSet => _changed.IsSet;

    /// <summary>Ends when the files have to be looked at.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _changed.WaitAsync(Poll, cancellationToken))
            return;

        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < AtMost && await _changed.WaitAsync(Quiet, cancellationToken))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();

    // Of names with a dot only one is read: the versions that are kept of a large change are many files, and news to nobody.
    private void Tell(params ReadOnlySpan<string?> names)
    {
        foreach (var name in names)
        {
            if (name is null or FolderAges.FileName || !FolderFiles.IsHidden(name))
                _changed.Set();
        }
    }
}
