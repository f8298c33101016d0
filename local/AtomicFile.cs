namespace MessageBoard.Local;

/// <summary>Files that others read at any moment.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces the file whole, so that a reader never sees half of it; makes its folder if someone deleted it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(path)!;
        // The mesh passes over names that start with a dot.
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.tmp");
        for (var again = true; ; again = false)
        {
            try
            {
                Directory.CreateDirectory(folder);
                File.WriteAllBytes(temporary, content);
                File.Move(temporary, path, overwrite: true);
                return;
            }
            catch (IOException gone) when (again && gone is DirectoryNotFoundException or FileNotFoundException)
            {
            }
        }
    }
}
