namespace MessageBoard.Mesh.Editing;

/// <summary>Writes files so that readers, and whoever starts after a crash, see the old one or the new one, never half of it.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file, or replaces one and keeps its permissions.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        // The name begins with a dot: what a crash leaves behind is passed over.
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (var file = File.Create(temporary))
            {
                if (!OperatingSystem.IsWindows() && File.Exists(path))
                    File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(path));

                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
