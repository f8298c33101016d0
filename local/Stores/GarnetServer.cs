namespace MessageBoard.Local.Stores;

/// <summary>The embedded Redis. It runs in ctx2, as on Kubernetes.</summary>
internal static class GarnetServer
{
    private static readonly byte[] Ping = [.. "*1\r\n$4\r\nPING\r\n"u8], Pong = [.. "+PONG\r\n"u8];

    public static ProcessSpec Spec(string assembly, int port) => new()
    {
        App = "garnet",
        Cluster = "ctx2",
        Pod = "garnet-ctx2-0",
        Role = ProcessRole.Store,
        Port = port,
        FixedPort = true,
        Command = actual =>
        [
            Installation.DotNet, assembly,
            "--bind", "127.0.0.1", "--port", actual.ToString(CultureInfo.InvariantCulture),
            "--memory", "64m", "--page", "1m", "--index", "1m",
        ],
        Environment = _ => new Dictionary<string, string>(SmallRuntime.Environment) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" },
        IsReady = async (actual, cancellationToken) =>
            (await StoreProbe.AskAsync(actual, Ping, Pong.Length, cancellationToken)).AsSpan().SequenceEqual(Pong),
    };
}
