namespace MessageBoard.Scripts.Tests.Local;

/// <summary>Other tools than GNU's, which know fewer options: what runs with them has a good chance on macOS.</summary>
internal static class Busybox
{
    /// <summary>A PATH with busybox' tools in front; as it is on a developer's machine without busybox.</summary>
    public static string Path(TemporaryFolder folder)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;
        if (!path.Split(':').Any(place => File.Exists($"{place}/busybox")) && Environment.GetEnvironmentVariable("CI") != "true")
            return path;

        Directory.CreateDirectory(folder["busybox"]);
        using var install = Process.Start("busybox", ["--install", "-s", folder["busybox"]]);
        install.WaitForExit();
        return $"{folder["busybox"]}:{path}";
    }
}
