namespace MessageBoard.Scripts.Tests;

/// <summary>Runs a script of the checkout as a person would, from anywhere.</summary>
internal static class Script
{
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(
        string script, string options, params IEnumerable<(string Name, string Value)> environment) =>
        Start(script, options, environment).EndAsync();

    /// <summary>Runs lines of bash in the checkout.</summary>
    public static Task<(int ExitCode, string Output, string Error)> BashAsync(
        string lines, params IEnumerable<(string Name, string Value)> environment) =>
        Start(new("bash", ["-c", lines]) { WorkingDirectory = Repository.Root }, environment).EndAsync();

    public static Process Start(string script, string options, IEnumerable<(string Name, string Value)> environment)
    {
        var arguments = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, script), arguments) { WorkingDirectory = Path.GetTempPath() };
        foreach (var variable in new[]
            { "ConnectionStrings__MariaDb", "ConnectionStrings__Redis", "Kafka__BootstrapServers", "OTEL_EXPORTER_OTLP_ENDPOINT" })
            start.Environment.Remove(variable);

        return Start(start, environment);
    }

    /// <summary>Starts it with its three streams in the caller's hands.</summary>
    public static Process Start(ProcessStartInfo start, params IEnumerable<(string Name, string Value)> environment)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return Process.Start(start)!;
    }

    /// <summary>How a process ended and what it wrote; after five minutes it is killed.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> EndAsync(this Process process, string input = "")
    {
        using var ended = process;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var kill = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Writes a program of sh.</summary>
    public static void WriteProgram(this TemporaryFolder folder, string name, string lines)
    {
        folder.Write(name, $"#!/bin/sh\n{lines}\n");
        File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
