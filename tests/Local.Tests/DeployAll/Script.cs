using System.Diagnostics;

namespace MessageBoard.Local.Tests.DeployAll;

/// <summary>Runs ./deploy-all.sh as a person would, with a state folder of its own.</summary>
internal static class Script
{
    public static readonly string Root = Installation.Find().Root;

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string state, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "deploy-all.sh"), arguments)
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MESSAGEBOARD_STATE"] = state;
        foreach (var variable in new[] { "ConnectionStrings__MariaDb", "ConnectionStrings__Redis", "Kafka__BootstrapServers" })
            start.Environment.Remove(variable);

        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
