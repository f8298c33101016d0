namespace MessageBoard.Mesh.Configuration;

/// <summary>By what it is seen whether a file has changed.</summary>
/// <param name="Written">When it was last written.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="IsOld">Whether it was read long enough after that to be sure of.</param>
internal readonly record struct FileStamp(DateTime Written, long Length, bool IsOld)
{
    // A file may be written twice within one tick of its file system's clock, so a stamp this young does not prove that it is unchanged.
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(50);

    /// <summary>That of a file.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static FileStamp Of(FileInfo file) =>
        new(file.LastWriteTimeUtc, file.Length, IsOld: DateTime.UtcNow - file.LastWriteTimeUtc > ClockTick);
}
