using System.Globalization;
using System.Runtime.InteropServices;

namespace MessageBoard.Drill;

/// <summary>Programs that a drill runs, and signals to those it did not start.</summary>
internal static partial class Processes
{
    public const int Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has what it wrote.</exception>
    public static async Task RunAsync(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = new TestProcess(file, arguments, environment);
        if (await process.ExitCodeAsync() is not 0 and var code)
            throw new InvalidOperationException($"{file} ended with {code}:\n{string.Join('\n', process.Output.Concat(process.Errors))}");
    }

    /// <summary>Sends a signal; to a process that is gone it does nothing.</summary>
    public static void Signal(int pid, int signal) => _ = SendSignal(pid, signal);

    /// <summary>Its memory and its part of what it shares (Pss, proc(5)), in MiB; 0 for one that is gone.</summary>
    public static double Memory(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
