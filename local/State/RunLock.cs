namespace MessageBoard.Local.State;

/// <summary>
/// Held for as long as a launcher lives: an flock(2) on the lock file, which is what .NET takes for <see cref="FileShare.None"/>.
/// The kernel drops it with the process, however that ends.
/// </summary>
internal static class RunLock
{
    /// <summary>Null when a launcher runs on this state folder.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
            return false;

        using var taken = TryTake(path);
        return taken is null;
    }
}
