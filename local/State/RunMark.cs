namespace MessageBoard.Local.State;

/// <summary>
/// What each process of a run has in its environment: its role and the state folder. On Linux a run's processes are found by it, though
/// no file tells of them.
/// </summary>
internal static class RunMark
{
    private const string Variable = "MESSAGEBOARD_RUN";

    /// <summary>The process, marked as one of the run with this state folder.</summary>
    public static ProcessSpec Mark(ProcessSpec spec, string stateFolder) => spec with
    {
        Environment = port => new Dictionary<string, string>(spec.Environment(port)) { [Variable] = $"{spec.Role}:{stateFolder}" },
    };

    /// <summary>The living processes with the mark; none elsewhere than on Linux.</summary>
    public static IEnumerable<RunProcess> Find(string stateFolder)
    {
        if (!OperatingSystem.IsLinux())
            yield break;

        foreach (var role in Enum.GetValues<ProcessRole>())
        {
            foreach (var pid in LinuxProcesses.WithVariable(Variable, $"{role}:{stateFolder}"))
            {
                if (ProcessIdentity.Of(pid) is { IsAlive: true } process)
                    yield return new RunProcess(process, role);
            }
        }
    }
}

/// <summary>A process of a run, and what it is to the others.</summary>
internal sealed record RunProcess(ProcessIdentity Process, ProcessRole Role);
