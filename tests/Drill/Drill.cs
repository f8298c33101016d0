using Microsoft.Data.Sqlite;

namespace MessageBoard.Drill;

/// <summary>Something that happens to a system under traffic, and what is promised of it.</summary>
/// <param name="Name">By which it is called.</param>
/// <param name="Least">Of the requests of the ten seconds after, so much is answered, in percent; all of those later, and no session is
/// lost. Null where that is not promised, because the way in itself was hit, or the whole begins anew.</param>
/// <param name="LosesEvents">Whether events may be lost, because the process that held them was killed.</param>
/// <param name="ActAsync">Does it, and undoes it where it does not end by itself; takes at most ten seconds.</param>
internal sealed record Drill(string Name, double? Least, bool LosesEvents, Func<LocalSystem, CancellationToken, Task> ActAsync)
{
    private const double OfProcesses = 99, OfStores = 97, OfTelemetry = 100;
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(10);
    private static readonly string[] Services = ["user-service", "message-service", "log-service"];

    /// <summary>All that can be drilled on a system.</summary>
    public static IReadOnlyList<Drill> Of(LocalSystem system) =>
    [
        .. from service in Services
           from drill in new[]
           {
               new Drill($"{service}-killed", OfProcesses, true, (run, _) => Send(Processes.Kill, Of(run, service))),
               new Drill($"{service}-ended", OfProcesses, false, (run, _) => Send(Processes.Terminate, Of(run, service))),
               new Drill($"{service}-frozen", OfProcesses, false, (run, stopped) => FreezeAsync(Of(run, service), Frozen, stopped)),
           }
           select drill,
        new("message-service-slow", OfProcesses, false, SlowAsync),
        new("launcher-frozen", OfProcesses, false, (run, stopped) => FreezeAsync(run.Launcher, Frozen, stopped)),
        new("launcher-killed", null, false, KillLauncherAsync),
        new("gateway-killed", null, true, (run, _) => Send(Processes.Kill, Of(run, "gateway"))),
        new("kafka-frozen", OfProcesses, false, (run, stopped) => FreezeAsync(Of(run, "kafka"), Frozen, stopped)),
        new("kafka-killed", OfProcesses, true, (run, _) => Send(Processes.Kill, Of(run, "kafka"))),
        new("dashboard-frozen", OfTelemetry, false, (run, stopped) => FreezeAsync(Of(run, "dashboard"), Frozen, stopped)),
        new("dashboard-killed", OfTelemetry, false, (run, _) => Send(Processes.Kill, Of(run, "dashboard"))),
        new("garbage", OfProcesses, false, GarbageAsync),
        .. system.Stores is null ? EmbeddedStores : RealStores,
        .. system.HasOwnDisk ? OwnDisk(system) : [],
    ];

    // An embedded database is on the disk, too.
    private static IReadOnlyList<Drill> OwnDisk(LocalSystem system) =>
        [new("disk-full", system.Stores is null ? null : OfProcesses, true, FillDiskAsync)];

    private static IReadOnlyList<Drill> EmbeddedStores =>
    [
        new("redis-killed", OfStores, false, (run, _) => Send(Processes.Kill, Of(run, "garnet"))),
        new("redis-ended", OfStores, false, (run, _) => Send(Processes.Terminate, Of(run, "garnet"))),
        new("database-locked", OfStores, false, LockAsync),
    ];

    private static IReadOnlyList<Drill> RealStores =>
    [
        new("redis-killed", OfStores, false, (run, _) => run.Stores!.RestartRedisAsync("KILL")),
        new("redis-ended", OfStores, false, (run, _) => run.Stores!.RestartRedisAsync("TERM")),
        new("database-killed", OfStores, false, (run, _) => run.Stores!.RestartMariaDbAsync("KILL")),
        new("database-ended", OfStores, false, (run, _) => run.Stores!.RestartMariaDbAsync("TERM")),
    ];

    private static int Of(LocalSystem system, string app) => system.Pods.First(pod => pod.App == app && pod.Condition == "Ready").Pid;

    private static Task Send(int signal, int pid)
    {
        Processes.Signal(pid, signal);
        return Task.CompletedTask;
    }

    private static async Task FreezeAsync(int pid, TimeSpan time, CancellationToken stopped)
    {
        Processes.Signal(pid, Processes.Stop);
        try
        {
            await Task.Delay(time, stopped);
        }
        finally
        {
            Processes.Signal(pid, Processes.Continue);
        }
    }

    // It runs a fifth of the time, as one that has to share its processor.
    private static async Task SlowAsync(LocalSystem system, CancellationToken stopped)
    {
        var pid = Of(system, "message-service");
        for (var round = 0; round < 20; round++)
        {
            await FreezeAsync(pid, TimeSpan.FromMilliseconds(400), stopped);
            await Task.Delay(100, stopped);
        }
    }

    private static Task KillLauncherAsync(LocalSystem system, CancellationToken stopped)
    {
        Processes.Signal(system.Launcher, Processes.Kill);
        return system.LaunchAsync();
    }

    private static async Task GarbageAsync(LocalSystem system, CancellationToken stopped)
    {
        var file = Path.Combine(system.State, "istio", "user-service.yaml");
        var before = await File.ReadAllTextAsync(file, stopped);
        await File.WriteAllTextAsync(file, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: [", stopped);
        await Task.Delay(TimeSpan.FromSeconds(3), stopped);
        await File.WriteAllTextAsync(file, before.Replace("weight: ", "weight: -", StringComparison.Ordinal), stopped);
        await Task.Delay(TimeSpan.FromSeconds(3), stopped);
        await File.WriteAllTextAsync(file, before, stopped);
    }

    private static async Task FillDiskAsync(LocalSystem system, CancellationToken stopped)
    {
        var file = Path.Combine(system.State, "full");
        try
        {
            await using var full = File.Create(file, 1);
            var zeros = new byte[1 << 16];
            while (true)
                await full.WriteAsync(zeros, stopped);
        }
        catch (IOException)
        {
            // No room is left.
        }

        Processes.Signal(Of(system, "log-service"), Processes.Kill);
        await Task.Delay(TimeSpan.FromSeconds(5), stopped);
        File.Delete(file);
    }

    private static async Task LockAsync(LocalSystem system, CancellationToken stopped)
    {
        await using var connection = new SqliteConnection($"Data Source={system.DatabaseFile};Pooling=False");
        await connection.OpenAsync(stopped);
        await using var transaction = connection.BeginTransaction(deferred: false);
        await Task.Delay(500, stopped);
    }
}
