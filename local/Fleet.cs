using System.Globalization;
using System.Security.Cryptography;
using MessageBoard.Local.Processes;
using MessageBoard.Local.Stores;

namespace MessageBoard.Local;

/// <summary>Which processes a run has, and the environment each gets: what the Deployments say on Kubernetes.</summary>
internal sealed class Fleet(Installation installation, LaunchOptions options, FreePorts ports, ReadinessProbe probe)
{
    public static readonly IReadOnlyList<string> Services = ["user-service", "message-service", "log-service"];

    private static readonly IReadOnlyList<(string App, string Folder, string Assembly)> Programs =
    [
        ("user-service", "services/user", "UserService"),
        ("message-service", "services/message", "MessageService"),
        ("log-service", "services/log", "LogService"),
    ];

    private static readonly IReadOnlyList<string> Clusters = ["ctx1", "ctx2"];

    // Nine runtimes share this machine: these settings take some 25 MiB off the sum of `ps -o rss=`, 2,000 requests after the start.
    private static readonly Dictionary<string, string> SmallRuntime = new()
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCGen0MaxBudget"] = "0x200000", // bytes between two collections of the youngest objects
        ["MALLOC_ARENA_MAX"] = "1", // glibc's heaps, of which librdkafka's threads would each have their own
    };

    // Callers sign their names with it: only processes of this run can.
    private readonly string _identityKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The embedded Redis. It runs in ctx2, as on Kubernetes.</summary>
    public ProcessSpec Garnet() => new()
    {
        App = "garnet",
        Cluster = "ctx2",
        Pod = "garnet-ctx2-0",
        Port = ports.Take(),
        FixedPort = true,
        Command = port =>
        [
            Installation.DotNet, installation.GarnetServer(),
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--memory", "64m", "--page", "1m", "--index", "1m",
        ],
        Environment = _ => new Dictionary<string, string>(SmallRuntime) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" },
        IsReady = async (port, cancellationToken) => await ServerHello.RedisAsync("127.0.0.1", port, cancellationToken: cancellationToken) is null,
    };

    /// <summary>Each service in each cluster, as often as asked for.</summary>
    public IReadOnlyList<ProcessSpec> ServiceProcesses(EmbeddedStores stores) =>
    [
        .. from program in Programs
           from cluster in Clusters
           from _ in Enumerable.Range(0, options.Replicas)
           select Web(program.App, cluster, installation.Program(program.Folder, program.Assembly), ports.Take(), stores, SmallRuntime) with { InMesh = true },
    ];

    public ProcessSpec Gateway(EmbeddedStores stores) =>
        Web("gateway", "ctx1", installation.Program("gateway", "Gateway"), options.Port, stores, SmallRuntime) with { FixedPort = true };

    private ProcessSpec Web(string app, string cluster, string assembly, int port, EmbeddedStores stores, IEnumerable<KeyValuePair<string, string>> runtime)
    {
        var pod = PodName.Create(app, cluster);
        return new ProcessSpec
        {
            App = app,
            Cluster = cluster,
            Pod = pod,
            Port = port,
            Command = _ => [Installation.DotNet, assembly],
            WorkingDirectory = Path.GetDirectoryName(assembly),
            IsReady = probe.IsReadyAsync,
            Environment = actual => new Dictionary<string, string>([.. runtime, .. stores.Environment])
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{actual}",
                ["CLUSTER_NAME"] = cluster,
                ["HOSTNAME"] = pod,
                ["Admin__PasswordFile"] = installation.AdminPasswordFile,
                ["Mesh__Folder"] = installation.Istio,
                ["Mesh__IdentityKey"] = _identityKey,
                ["Gateway__Page"] = installation.Page,
                ["Drill__Folder"] = installation.Drill,
                ["Drill__State"] = installation.StateFile,
                // Within the grace the launcher gives before it kills.
                ["DOTNET_SHUTDOWNTIMEOUTSECONDS"] = "3",
                // Nobody edits appsettings.json of a running process; seven watchers less.
                ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
            },
        };
    }
}
