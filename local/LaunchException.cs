namespace MessageBoard.Local;

/// <summary>Ends the launcher with a message for the person at the terminal and an exit code, without a stack trace.</summary>
internal sealed class LaunchException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
