using MessageBoard.Local.State;

namespace MessageBoard.Local.Display;

/// <summary>What a person needs once everything is ready.</summary>
/// <remarks>The password is given when it was just made: this is the one time it is printed.</remarks>
internal sealed class ReadyBanner(Installation installation, string? freshPassword)
{
    public IEnumerable<string> Lines(RunState state)
    {
        yield return "";
        yield return $"  MessageBoard is ready: {state.Address}";
        yield return "";
        yield return freshPassword is null
            ? $"  Log in    admin, password in {Installation.Shown(installation.AdminPasswordFile)}"
            : $"  Log in    admin, password {freshPassword} (shown once; kept in {Installation.Shown(installation.AdminPasswordFile)})";
        yield return $"  Weights   edit the files in {Installation.Shown(installation.Istio)}/";
        foreach (var note in state.Notes)
            yield return $"  {note}";

        yield return $"  Logs      {Installation.Shown(installation.Logs)}/";
        yield return state.Launcher.Pid == Environment.ProcessId
            ? "  Stop      Ctrl-C"
            : $"  Stop      {installation.Script} --stop";
        yield return "";
    }
}
