namespace MessageBoard.Local;

/// <summary>Files that others read at any moment, and that are whole after any death.</summary>
internal static class AtomicFile
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybodys = OwnersOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Replaces the file whole, so that a reader never sees half of it; makes its folder if someone deleted it. A secret one only its
    /// owner may read.
    /// </summary>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool secret = false)
    {
        var folder = Path.GetDirectoryName(path)!;
        // The mesh passes over names that start with a dot.
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.tmp");
        for (var again = true; ; again = false)
        {
            try
            {
                Directory.CreateDirectory(folder);
                File.Delete(temporary); // one that a killed launcher left may have another mode
                using (var file = new FileStream(temporary, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                    UnixCreateMode = secret ? OwnersOnly : Everybodys,
                }))
                {
                    file.Write(content);
                }

                File.Move(temporary, path, overwrite: true);
                return;
            }
            catch (IOException gone) when (again && gone is DirectoryNotFoundException or FileNotFoundException)
            {
            }
        }
    }
}
