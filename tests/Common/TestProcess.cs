using System.Collections.Concurrent;
using System.Diagnostics;

namespace MessageBoard.Tests;

/// <summary>A process that ends with the test, and what it wrote.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly Process _process;

    public TestProcess(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory =
            Repository.Root
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(Output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(Errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public ConcurrentQueue<string> Output { get; } = [];

    public ConcurrentQueue<string> Errors { get; } = [];

    public bool HasExited => _process.HasExited;

    /// <summary>How it ended, when all that it wrote is in <see cref="Output"/> and <see cref="Errors"/>.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Sends it and its children a signal: <c>TERM</c>, or <c>STOP</c>, which freezes them until <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        foreach (var id in (IEnumerable<int>)[_process.Id, .. ChildrenOf(_process.Id)])
            Process.Start("kill", ["-s", name, $"{id}"]).WaitForExit();

        // https://man7.org/linux/man-pages/man5/proc_tid_children.5.html
        static IEnumerable<int> ChildrenOf(int id) =>
            File.ReadAllText($"/proc/{id}/task/{id}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(int.Parse)
                .SelectMany(child => (IEnumerable<int>)[child, .. ChildrenOf(child)]);
    }

    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
