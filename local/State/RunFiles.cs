namespace MessageBoard.Local.State;

/// <summary>
/// The files that a launcher changes while it runs. A full disk, or whatever else refuses them, stops nothing: what could not be done is
/// kept, the last for each file, and done when it can be.
/// </summary>
internal sealed class RunFiles
{
    private readonly Lock _lock = new();

    // By path; null for a file that is to be deleted.
    private readonly Dictionary<string, byte[]?> _waiting = [];

    /// <summary>Replaces the file whole, now or later.</summary>
    public void Write(string path, byte[] content) => Put(path, content);

    /// <summary>Deletes the file if there is one, now or later.</summary>
    public void Delete(string path) => Put(path, null);

    /// <summary>Whether there is such a file when all that waits is done.</summary>
    public bool Exists(string path)
    {
        lock (_lock)
            return _waiting.TryGetValue(path, out var content) ? content is not null : File.Exists(path);
    }

    /// <summary>Tries again what waits. Returns why it has to wait on; null when nothing does.</summary>
    public string? Retry()
    {
        string? refusal = null;
        lock (_lock)
        {
            foreach (var (path, content) in _waiting.ToList())
            {
                if (Try(path, content) is { } why)
                    refusal ??= why;
                else
                    _waiting.Remove(path);
            }
        }

        return refusal;
    }

    private void Put(string path, byte[]? content)
    {
        lock (_lock)
        {
            if (Try(path, content) is null)
                _waiting.Remove(path);
            else
                _waiting[path] = content;
        }
    }

    private static string? Try(string path, byte[]? content)
    {
        try
        {
            if (content is not null)
                AtomicFile.Write(path, content);
            else if (File.Exists(path))
                File.Delete(path);

            return null;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return refusal.Message;
        }
    }
}
