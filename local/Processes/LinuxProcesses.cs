using System.Runtime.Versioning;
using System.Text;

namespace MessageBoard.Local.Processes;

/// <summary>What only /proc tells.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxProcesses
{
    /// <summary>This boot of the machine: start times of another one mean nothing.</summary>
    public static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>
    /// In clock ticks since boot (proc(5), field 22 of /proc/pid/stat); null when there is no such process, and for a zombie: it holds
    /// no port and no memory, and only its parent can remove it.
    /// </summary>
    public static long? StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The processes that were started with this environment variable; without those of other users.</summary>
    public static IEnumerable<int> WithVariable(string name, string value)
    {
        var entry = Encoding.UTF8.GetBytes($"\0{name}={value}\0");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Contains($"{folder}/environ", entry))
                yield return pid;
        }
    }

    /// <summary>Number and name of the process that listens on the port; null when there is none, or it is another user's.</summary>
    public static string? ListenerOn(int port)
    {
        string[] tables = ["/proc/net/tcp", "/proc/net/tcp6"];
        var sockets = tables.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]").ToHashSet();

        return Directory.EnumerateDirectories("/proc").FirstOrDefault(HasOne) is { } holder
            ? $"{Path.GetFileName(holder)} ({File.ReadAllText($"{holder}/comm").Trim()})"
            : null;

        bool HasOne(string process)
        {
            try
            {
                return Directory.EnumerateFiles($"{process}/fd").Any(file => sockets.Contains(new FileInfo(file).LinkTarget ?? ""));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// In bytes, its own memory and its part of what it shares (Pss, proc(5)); null when there is no such process, or it is another user's.
    /// </summary>
    public static long? MemoryOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Contains(string environment, ReadOnlySpan<byte> entry)
    {
        try
        {
            return ((byte[])[0, .. File.ReadAllBytes(environment)]).AsSpan().IndexOf(entry) >= 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
