namespace MessageBoard.Local.Processes;

/// <summary>A process's output file, which it appends to by itself.</summary>
internal static class LogFile
{
    private const long Largest = 8 * 1024 * 1024;
    private const int TailBytes = 16 * 1024;

    /// <summary>Keeps a file that grew past 8 MiB as <c>….1</c> and empties it; the writer's next append starts at the front.</summary>
    public static void Bound(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= Largest)
            return;

        try
        {
            file.CopyTo(path + ".1", overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(path + ".1"); // there is no room for it: half of it helps nobody
        }

        Empty(path);
    }

    /// <summary>The last lines, for a message about a process that failed.</summary>
    public static IReadOnlyList<string> Tail(string path, int lines)
    {
        if (!File.Exists(path))
            return [];

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Max(0, stream.Length - TailBytes);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines)];
    }

    /// <summary>Moves the logs of the last run out of the way, into <c>previous/</c>; those of the run before it go.</summary>
    public static void KeepPrevious(string launcherLog)
    {
        var folder = Path.GetDirectoryName(launcherLog)!;
        var previous = Path.Combine(folder, "previous");
        if (Directory.Exists(previous))
            Directory.Delete(previous, recursive: true);

        Directory.CreateDirectory(previous);
        foreach (var log in Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!))
        {
            var (here, there) = (Path.Combine(folder, log), Path.Combine(previous, log));
            if (log == Path.GetFileName(launcherLog))
            {
                // It may be this launcher's output.
                File.Copy(here, there);
                Empty(here);
            }
            else if (!log.StartsWith("build", StringComparison.Ordinal))
            {
                File.Move(here, there);
            }
        }
    }

    private static void Empty(string path)
    {
        using var emptied = new FileStream(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
    }
}
