namespace MessageBoard.Local.Processes;

/// <summary>Exit codes as a shell's user reads them.</summary>
internal static class ExitCodeText
{
    public static string Of(int exitCode) => exitCode switch
    {
        128 + 6 => "exit code 134 (SIGABRT)",
        128 + 9 => "exit code 137 (SIGKILL)",
        128 + 11 => "exit code 139 (SIGSEGV)",
        128 + 15 => "exit code 143 (SIGTERM)",
        _ => $"exit code {exitCode}",
    };
}
