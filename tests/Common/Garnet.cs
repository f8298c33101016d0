namespace MessageBoard.Tests;

/// <summary>The embedded Redis, from the checkout's tool manifest.</summary>
public static class Garnet
{
    public static async Task<TestProcess> StartAsync(int port, params IEnumerable<string> options)
    {
        using (var restore = new TestProcess("dotnet", ["tool", "restore"]))
            await Eventually.IsTrueAsync(() => restore.HasExited, "the tools are restored", 120);

        var garnet = new TestProcess("dotnet", [
            "tool", "run", "garnet-server", "--", "--bind", "127.0.0.1", "--port", $"{port}", "--memory", "64m", "--page", "1m", "--index",
            "1m", .. options,
        ]);
        await Eventually.IsTrueAsync(() => garnet.Output.Any(line => line.Contains("Ready to accept connections")), "Garnet is ready");
        return garnet;
    }
}
