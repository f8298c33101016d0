namespace MessageBoard.Local.State;

/// <summary>
/// Held for as long as a launcher lives: an flock(2) on the lock file, which is what .NET takes for <see cref="FileShare.None"/>.
/// The kernel drops it with the process, however that ends.
/// </summary>
internal static class RunLock
{
    private const int Tries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Null when a launcher runs on this state folder.</summary>
    public static FileStream? TryTake(string path)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Those who only look have it for a moment.
                if (tries == Tries)
                    return null;

                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>Whether a launcher runs. Any number may look at once: a shared lock.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            using var looked = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return File.Exists(path);
        }
    }
}
