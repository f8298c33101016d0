using System.Diagnostics;

namespace MessageBoard.Local.Tests;

/// <summary>A file system of 256 KiB. Only root may make one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _place = new();

    private SmallDisk()
    {
    }

    public string this[string name] => _place[$"disk/{name}"];

    /// <summary>Ends the test as skipped where none can be made.</summary>
    public static SmallDisk OrSkip()
    {
        var disk = new SmallDisk();
        Directory.CreateDirectory(disk[""]);
        if (Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk[""]))
            return disk;

        disk._place.Dispose();
        Assert.Skip("no file system can be mounted: not root, or a container without the right to");
        return disk;
    }

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        using var filler = new FileStream(this["filler"], FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var size = 4096;
        while (size > 0)
        {
            try
            {
                filler.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void MakeRoom() => File.Delete(this["filler"]);

    public void Dispose()
    {
        Run("umount", "--lazy", this[""]);
        _place.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
