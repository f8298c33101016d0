using System.Security.Cryptography;
using MessageBoard.Local.Stores;
using MessageBoard.Local.Telemetry;

namespace MessageBoard.Local.Commands;

/// <summary>Which processes a run has, and the environment each gets: what the Deployments say on Kubernetes.</summary>
internal sealed class Fleet(
    Installation installation, LaunchOptions options, FreePorts ports, ReadinessProbe probe, EmbeddedStores stores, RunTelemetry telemetry)
{
    public static readonly IReadOnlyList<string> Services = ["user-service", "message-service", "log-service"];

    private static readonly IReadOnlyList<(string App, string Folder, string Assembly)> Programs =
    [
        ("user-service", "services/user", "UserService"),
        ("message-service", "services/message", "MessageService"),
        ("log-service", "services/log", "LogService"),
    ];

    private static readonly IReadOnlyList<string> Clusters = ["ctx1", "ctx2"];

    // Callers sign their names with it: only processes of this run can.
    private readonly string _identityKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Each service in each cluster, as often as asked for.</summary>
    public IReadOnlyList<ProcessSpec> ServiceProcesses() =>
    [
        .. from program in Programs
           from cluster in Clusters
           from _ in Enumerable.Range(0, options.Replicas)
           select Web(program.App, cluster, program.Folder, program.Assembly, ports.Take()) with { Http2Port = ports.Take() },
    ];

    public ProcessSpec Gateway()
    {
        var spec = Web("gateway", "ctx1", "gateway", "Gateway", options.Port, options.Https);
        return spec with
        {
            Role = ProcessRole.Gateway,
            FixedPort = true,
            Environment = port =>
            {
                var environment = new Dictionary<string, string>([.. spec.Environment(port), .. telemetry.GatewayEnvironment])
                {
                    // All requests go through it, and a collection stops them.
                    [SmallRuntime.Nursery] = "0x200000",
                };
                if (options.Hosts is not "")
                    environment["Gateway__Hosts"] = options.Hosts;

                return environment;
            },
        };
    }

    /// <summary>What a process under a debugger has to know to join the run, the gateway too.</summary>
    public IReadOnlyDictionary<string, string> DebugEnvironment() =>
        new Dictionary<string, string>([.. EnvironmentOfAll(), .. telemetry.GatewayEnvironment]);

    private Dictionary<string, string> EnvironmentOfAll() => new([.. stores.Environment, .. telemetry.Environment])
    {
        ["Admin__PasswordFile"] = installation.AdminPasswordFile,
        ["Mesh__Folder"] = installation.Istio,
        ["Mesh__IdentityKey"] = _identityKey,
        ["Gateway__Page"] = installation.Page,
        ["Drill__Folder"] = installation.Drill,
        ["Drill__Lock"] = installation.LockFile,
    };

    private ProcessSpec Web(string app, string cluster, string folder, string assembly, int port, bool https = false)
    {
        var scheme = https ? "https" : "http";
        var pod = PodName.Create(app, cluster);
        return new ProcessSpec
        {
            App = app,
            Cluster = cluster,
            Pod = pod,
            Role = app == "log-service" ? ProcessRole.Reader : ProcessRole.Service,
            Port = port,
            MetricsPort = ports.Take(),
            Command = _ => [Installation.DotNet, installation.Program(assembly)],
            WorkingDirectory = Path.Combine(installation.Root, folder),
            IsReady = (actual, cancellationToken) =>
                probe.IsReadyAsync(new($"{scheme}://127.0.0.1:{actual}/healthz/ready"), cancellationToken),
            Environment = actual => new Dictionary<string, string>([.. SmallRuntime.Environment, .. EnvironmentOfAll()])
            {
                // Not ASPNETCORE_URLS: Kestrel takes that, or addresses with protocols of their own.
                ["Kestrel__Endpoints__Http__Url"] = $"{scheme}://127.0.0.1:{actual}",
                ["CLUSTER_NAME"] = cluster,
                ["HOSTNAME"] = pod,
                // Within the grace the launcher gives before it kills.
                ["DOTNET_SHUTDOWNTIMEOUTSECONDS"] = "3",
                // Nobody edits appsettings.json of a running process; seven watchers less.
                ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
                ["Memory__GiveBack"] = "true",
            },
        };
    }
}
