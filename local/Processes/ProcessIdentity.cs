using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace MessageBoard.Local.Processes;

/// <summary>
/// A process as the kernel tells it apart: ids are reused, an id with its start time is not, on Linux until the next boot.
/// </summary>
internal sealed partial record ProcessIdentity(int Pid, long StartTicks)
{
    public const int Kill = 9;

    private const int Term = 15;

    // Its number differs from one system to the other.
    private static readonly int Continue = OperatingSystem.IsLinux() ? 18 : 19;

    public static ProcessIdentity Current => Of(Environment.ProcessId);

    /// <summary>This boot of the machine: identities of another one mean nothing. Elsewhere than on Linux start times are dates.</summary>
    public static string BootId { get; } = OperatingSystem.IsLinux() ? LinuxProcesses.BootId : "";

    [JsonIgnore]
    public bool IsAlive => StartOf(Pid) == StartTicks;

    /// <summary>The process that has this id now; one that is gone already gets a start time no process has.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, StartOf(pid) ?? -1);

    /// <summary>SIGTERM, which a process that is stopped (SIGSTOP) obeys too.</summary>
    public void Terminate()
    {
        Signal(Term);
        Signal(Continue);
    }

    /// <summary>Sends a signal unless the process is gone, whoever may have its id now.</summary>
    public void Signal(int signal)
    {
        if (IsAlive)
            _ = SendSignal(Pid, signal);
    }

    private static long? StartOf(int pid)
    {
        if (OperatingSystem.IsLinux())
            return LinuxProcesses.StartOf(pid);

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
