using System.Diagnostics;

namespace MessageBoard.Scripts.Tests;

/// <summary>Runs a script of the checkout as a person would, from anywhere.</summary>
internal static class Script
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string script, string options, params IEnumerable<(string Name, string Value)> environment)
    {
        var arguments = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, script), arguments)
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
