using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace MessageBoard.Local.Processes;

/// <summary>
/// A process as the kernel tells it apart: ids are reused, an id with its start time (clock ticks since boot,
/// field 22 of proc(5)'s /proc/pid/stat) is not until the next boot.
/// </summary>
internal sealed partial record ProcessIdentity(int Pid, long StartTicks)
{
    public const int Terminate = 15;
    public const int Kill = 9;

    public static ProcessIdentity Current => Of(Environment.ProcessId);

    /// <summary>This boot of the machine: identities of another one mean nothing.</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>False too for a zombie: it holds no port and no memory, and only its parent can remove it.</summary>
    [JsonIgnore]
    public bool IsAlive => ReadStat(Pid) is { } stat && stat.StartTicks == StartTicks && stat.State is not ('Z' or 'X');

    /// <summary>The process that has this id now; one that is gone already gets a start time no process has.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, ReadStat(pid)?.StartTicks ?? -1);

    /// <summary>Sends a signal unless the process is gone, whoever may have its id now.</summary>
    public void Signal(int signal)
    {
        if (IsAlive)
            _ = SendSignal(Pid, signal);
    }

    private static (char State, long StartTicks)? ReadStat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
