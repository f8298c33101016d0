namespace MessageBoard.Local;

/// <summary>Files that only their owner may read.</summary>
internal static class OwnersFile
{
    /// <exception cref="IOException">It cannot be made or written, or with <see cref="FileMode.CreateNew"/>, is there already.</exception>
    public static StreamWriter Open(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
