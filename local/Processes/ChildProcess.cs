using System.ComponentModel;
using System.Diagnostics;

namespace MessageBoard.Local.Processes;

/// <summary>
/// A child in a session of its own, so that Ctrl-C on the terminal reaches only the launcher, which stops the others in order.
/// Its output goes straight to the log file: no pipe to drain, and nothing breaks when the launcher is killed. Without room for a log
/// there is none.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    // macOS has the system call, but no command for it.
    private static readonly string SetSid = OperatingSystem.IsLinux() ? "setsid" : "perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV'";

    // exec keeps the process id through all steps.
    private static readonly string Wrapper =
        """log=$1; shift; ( mkdir -p "${log%/*}" && : >>"$log" ) 2>/dev/null || log=/dev/null; """
        + $"""exec {SetSid} "$@" </dev/null >>"$log" 2>&1""";

    // What a program without the launcher's environment still gets: how to find others, and what is said to the machine's libraries.
    private static readonly IReadOnlyList<string> Kept =
    [
        "PATH", "TZ", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT",
        "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_",
    ];

    private readonly Process _process;

    private ChildProcess(Process process)
    {
        _process = process;
        Identity = ProcessIdentity.Of(process.Id);
    }

    public ProcessIdentity Identity { get; }

    public bool HasEnded => _process.HasExited;

    /// <exception cref="Win32Exception">There is no /bin/sh, or no process more.</exception>
    public static ChildProcess Start(
        IEnumerable<string> command, string log, IReadOnlyDictionary<string, string> environment, string? workingDirectory = null,
        bool ownEnvironmentOnly = false)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Wrapper, "sh", log, .. command]) { WorkingDirectory = workingDirectory };
        if (ownEnvironmentOnly)
        {
            foreach (var name in start.Environment.Keys.Except(Kept).ToList())
                start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Waits for the end and returns the exit code, 128 plus its number for a signal.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken = default)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and SIGKILL to what has not ended by then.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        Identity.Terminate();
        try
        {
            await WaitAsync().WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            await KillAsync();
        }
    }

    /// <summary>Ends it as a crash would; nothing happens to one that has ended.</summary>
    public async Task KillAsync()
    {
        Identity.Signal(ProcessIdentity.Kill);
        await WaitAsync();
    }

    public void Dispose() => _process.Dispose();
}
