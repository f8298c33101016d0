using System.Text.Json.Nodes;
using MessageBoard.Shared.Stores;
using Microsoft.Data.Sqlite;

namespace MessageBoard.Drill;

/// <summary>A process of the run, as state.json has it.</summary>
internal sealed record Pod(string App, string Cluster, string Name, int Pid, string Condition);

/// <summary>A system of the drills' own, started by <c>./deploy-all.sh --local</c> in a small file system or a folder.</summary>
internal sealed class LocalSystem(bool hasRealStores, int replicas) : IAsyncDisposable
{
    // What a run writes, and room for the drills' traffic.
    private const string DiskSize = "size=256m";

    private readonly string _folder = Directory.CreateTempSubdirectory("messageboard-drill-").FullName;
    private readonly int _port = Repository.FreePort();

    /// <summary>Its MariaDB and Redis; null where the embedded ones are used.</summary>
    public RealStores? Stores { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>The state folder.</summary>
    public string State => Path.Combine(_folder, "state");

    /// <summary>Whether the state folder is a file system of its own, which a drill may fill.</summary>
    public bool HasOwnDisk { get; private set; }

    public async Task StartAsync()
    {
        Directory.CreateDirectory(State);
        if (Environment.IsPrivilegedProcess)
        {
            await Processes.RunAsync("mount", ["-t", "tmpfs", "-o", $"{DiskSize},mode=700", "drill", State]);
            HasOwnDisk = true;
        }

        if (hasRealStores)
        {
            Stores = new(Path.Combine(_folder, "stores"));
            await Stores.StartAsync();
        }

        await LaunchAsync();
    }

    /// <summary>The command that people type.</summary>
    public Task LaunchAsync() =>
        DeployAsync("--detach", "--port", $"{_port}", "--replicas", $"{replicas}");

    /// <summary>The launcher's process id.</summary>
    public int Launcher => Read()["launcher"]!["pid"]!.GetValue<int>();

    /// <summary>What runs at this moment.</summary>
    public IReadOnlyList<Pod> Pods =>
    [
        .. Read()["processes"]!.AsArray().Select(process => new Pod(
            Text(process!, "app"), Text(process!, "cluster"), Text(process!, "pod"),
            process!["process"]?["pid"]?.GetValue<int>() ?? 0, Text(process, "condition"))),
    ];

    /// <summary>The database, past the services.</summary>
    public Database Database() => new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["ConnectionStrings:MariaDb"] = Stores?.MariaDb,
        ["ConnectionStrings:Sqlite"] = $"Data Source={DatabaseFile}",
    }).Build(), new());

    public string DatabaseFile => Path.Combine(State, "data", "messageboard.db");

    /// <summary>Waits until all processes are ready again.</summary>
    /// <exception cref="TimeoutException">They are not within a minute.</exception>
    public async Task SettleAsync(CancellationToken stopped)
    {
        for (var waited = 0; waited < 600; waited++)
        {
            if (Pods.All(pod => pod.Condition == "Ready"))
                return;

            await Task.Delay(100, stopped);
        }

        throw new TimeoutException("Not ready again within a minute: "
            + string.Join(", ", Pods.Where(pod => pod.Condition != "Ready").Select(pod => $"{pod.Name} is {pod.Condition}")));
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(State, "state.json")))
            await DeployAsync("--stop");

        Stores?.Dispose();
        SqliteConnection.ClearAllPools();
        if (HasOwnDisk)
            await Processes.RunAsync("umount", [State]);

        Directory.Delete(_folder, recursive: true);
    }

    private Task DeployAsync(params IEnumerable<string> options)
    {
        Dictionary<string, string> environment = Stores is null ? [] : new(Stores.Environment);
        environment["MESSAGEBOARD_STATE"] = State;
        return Processes.RunAsync("./deploy-all.sh", ["--local", .. options], environment);
    }

    // It is replaced whole, but may be gone for a moment where a launcher has just died.
    private JsonNode Read()
    {
        for (var again = true; ; again = false)
        {
            try
            {
                return JsonNode.Parse(File.ReadAllText(Path.Combine(State, "state.json")))!;
            }
            catch (Exception exception) when (again && exception is IOException or System.Text.Json.JsonException)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static string Text(JsonNode process, string name) => process[name]!.GetValue<string>();
}
