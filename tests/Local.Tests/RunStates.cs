using MessageBoard.Local.State;

namespace MessageBoard.Local.Tests;

/// <summary>States to test with.</summary>
internal static class RunStates
{
    public static readonly DateTimeOffset Time = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static readonly LaunchOptions Options = new(8080, 1, "", Https: false, Telemetry: true);

    public static RunState Of(params IEnumerable<ProcessState> processes) => new()
    {
        BootId = ProcessIdentity.BootId,
        Launcher = ProcessIdentity.Current,
        Phase = RunPhase.Ready,
        Port = 8080,
        StartedAt = Time,
        Processes = [.. processes],
        Notes = ["Database  SQLite"],
    };

    public static ProcessState Process(string app = "user-service", string cluster = "ctx1", ProcessIdentity? identity = null) => new()
    {
        App = app,
        Cluster = cluster,
        Pod = PodName.Create(app, cluster),
        Role = app == "gateway" ? ProcessRole.Gateway : ProcessRole.Service,
        Port = 20001,
        Log = $"/state/logs/{app}.log",
        Since = Time,
        Process = identity,
        Condition = Condition.Ready,
    };
}
