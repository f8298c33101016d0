namespace MessageBoard.Local.Tests.Processes;

/// <summary>Processes of the shell to supervise.</summary>
internal static class Specs
{
    /// <summary>A service in the mesh that is ready as soon as it lives.</summary>
    public static ProcessSpec Service(string script, string cluster = "ctx1") => new()
    {
        App = "user-service",
        Cluster = cluster,
        Pod = PodName.Create("user-service", cluster),
        Port = 20001,
        Role = ProcessRole.Service,
        Command = _ => ["sh", "-c", script],
        Environment = _ => new Dictionary<string, string>(),
        IsReady = (_, _) => Task.FromResult(true),
    };
}
