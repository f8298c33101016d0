using System.Reflection;
using System.Text.Json;

namespace MessageBoard.Local;

/// <summary>
/// Where things lie: the checkout with its built programs, and the state folder (<c>.local</c>, or <c>MESSAGEBOARD_STATE</c>).
/// </summary>
internal sealed record Installation(string Root, string State)
{
    /// <summary>What a person types to reach a run with this state folder.</summary>
    public string Script =>
        State == Path.Combine(Root, ".local") ? "./deploy-all.sh --local" : $"MESSAGEBOARD_STATE={State} ./deploy-all.sh --local";

    public string Logs => Path.Combine(State, "logs");

    public string LauncherLog => Path.Combine(Logs, "launcher.log");

    public string Istio => Path.Combine(State, "istio");

    public string Workloads => Path.Combine(Istio, "workloads");

    public string Database => Path.Combine(State, "data", "messageboard.db");

    /// <summary>The embedded Redis's append-only file and checkpoints.</summary>
    public string RedisData => Path.Combine(State, "data", "redis");

    /// <summary>Its password.</summary>
    public string GarnetConfiguration => Path.Combine(State, "garnet.conf");

    public string AdminPasswordFile => Path.Combine(State, "admin-password");

    /// <summary>
    /// Where the embedded Kafka brokers listen, <c>host:port</c> of each with commas: they choose new ports at each start.
    /// </summary>
    public string BrokersFile => Path.Combine(State, "kafka-brokers");

    public string StateFile => Path.Combine(State, "state.json");

    /// <summary>For an editor that starts a program of ours under its debugger to join the run (.vscode/launch.json).</summary>
    public string DebugEnvironment => Path.Combine(State, "debug.env");

    /// <summary>The dashboard's database of traces, and what else it writes.</summary>
    public string DashboardData => Path.Combine(State, "data", "dashboard");

    /// <summary>The dashboard's address with the key that logs a browser in.</summary>
    public string DashboardAddressFile => Path.Combine(State, "dashboard-url");

    /// <summary>Which processes have metrics, and where, for Prometheus' <c>file_sd_configs</c>.</summary>
    public string PrometheusTargets => Path.Combine(State, "prometheus-targets.json");

    /// <summary>What is nothing without the run, and goes with it.</summary>
    public IReadOnlyList<string> FilesOfARun => [DebugEnvironment, DashboardAddressFile, PrometheusTargets];

    public string Drill => Path.Combine(State, "drill");

    public string LockFile => Path.Combine(State, "lock");

    public string Page => Path.Combine(Root, "ui", "dist");

    /// <summary>The dotnet command that runs this launcher runs its children too.</summary>
    public static string DotNet => Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    public static Installation Find()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "MessageBoard.sln")))
            root = Path.GetDirectoryName(root)
                ?? throw new LaunchException("The launcher is not in a MessageBoard checkout.", ExitCodes.Failure);

        var state = Environment.GetEnvironmentVariable("MESSAGEBOARD_STATE");
        // Spelled in one way, as processes are found by it.
        return new Installation(root, Path.TrimEndingDirectorySeparator(
            Path.GetFullPath(string.IsNullOrEmpty(state) ? Path.Combine(root, ".local") : state)));
    }

    /// <summary>A program of this solution, where deploy-all.sh makes it (.config/programs).</summary>
    public string Program(string name) => Path.Combine(Root, "local", "bin", "Release", "programs", $"MessageBoard.{name}.dll");

    /// <summary>
    /// The garnet-server tool of the manifest, where <c>dotnet tool restore</c> unpacked it: started directly it needs no wrapper
    /// process.
    /// </summary>
    public string GarnetServer()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, ".config", "dotnet-tools.json")));
        var version = manifest.RootElement.GetProperty("tools").GetProperty("garnet-server").GetProperty("version").GetString()!;
        var path = Path.Combine(Packages, "garnet-server", version, "tools", "net10.0", "any", "GarnetServer.dll");
        return File.Exists(path)
            ? path
            : throw new LaunchException($"garnet-server {version} is not in {Packages}; run: dotnet tool restore", ExitCodes.Failure);
    }

    /// <summary>
    /// The .NET Aspire dashboard, a program without a runtime of its own to find, where .config/dashboard.csproj was restored; null where
    /// it was not, or there is no package for this platform.
    /// </summary>
    public static string? Dashboard()
    {
        var metadata = typeof(Installation).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .ToDictionary(attribute => attribute.Key, attribute => attribute.Value!);
        // NuGet's folders are in lower case.
        var package = Path.Combine(Packages, metadata["Dashboard"].ToLowerInvariant(), metadata["DashboardVersion"]);
        var path = Path.Combine(package, "tools", "Aspire.Dashboard");
        return File.Exists(path) ? path : null;
    }

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>A path as the person would type it: relative when it lies below the current directory.</summary>
    public static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
