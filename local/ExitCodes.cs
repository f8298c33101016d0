namespace MessageBoard.Local;

/// <summary>What deploy-all.sh --local ends with; <see cref="NotRunning"/> is what systemctl status uses.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadInput = 2;
    public const int NotRunning = 3;
    public const int Interrupted = 130;
}
